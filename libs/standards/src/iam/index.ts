export { repeatedMember } from './document';
export { parsePolicy } from './parse-policy';
export type { AccessRequest, Caller, Policy, Statement, Verdict } from './types';
export { verdictOf } from './verdict';
