export { amznRoot, formatAmznTraceId, parseAmznTraceId } from './amzn-trace-id';
export { capTracestate, formatTraceparent, parseTraceparent, type RemoteParent } from './traceparent';
