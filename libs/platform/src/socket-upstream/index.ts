export { SocketUpstream } from './socket-upstream';
