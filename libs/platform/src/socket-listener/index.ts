export { SocketListener, type SocketListenerOptions } from './socket-listener';
