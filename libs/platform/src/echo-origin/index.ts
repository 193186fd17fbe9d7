export { startEchoOrigin, type EchoOrigin } from './echo-origin';
