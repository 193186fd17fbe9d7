export { clfTime } from './clf-time';
export { compileLogFormat, escapeLogValue, type LogFormat, type LogVariable } from './format';
