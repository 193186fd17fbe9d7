export { warnOfDefect } from './defect';
export { HttpServer } from './server/http-server';
export { type Deadlines, type Handle, type ServerOptions } from './server/options';
export type { AnswerBody, ServerAnswer } from './server/answer';
export { ServerRequest } from './server/request';
export type { ByteChannel } from './byte-channel';
export type { CancelSignal } from './cancellation';
export { MessageBody, BodyStream } from './message-body';
export { REQUEST_RULES, READING_RULES, DROPPING_RULES, UPGRADE_RULES, type Rule } from './rules';
export { HttpClient } from './client/http-client';
export { ClientFault, type ClientFaultKind } from './client/fault';
export type {
  ClientAnswer,
  ClientOptions,
  ClientRequest,
  Connect,
  Origin,
  ReadInto,
  Upload,
} from './client/options';
