export { SocketListener, type SocketListenerOptions } from './socket-listener';
export { listenFault, listenOn } from './listen';
export * from './served-host';
