export { HttpListener, type HttpListenerOptions } from './http-listener';
export type { Handle } from './http-exchange';
export { listenFault, listenOn } from './listen';
