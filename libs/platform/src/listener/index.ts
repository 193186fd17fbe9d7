export { SocketListener, type SocketListenerOptions } from './socket-listener';
export { listenFault, listenOn } from './listen';
export { isHostServed } from './served-host';
