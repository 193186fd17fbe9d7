/**
 * From Host and path to API and the path within it. Two kinds of address lead to an API (developer guide, "Invoke a REST
 * API"; LocalStack's local forms): its own host name, and `/_aws/execute-api/{api}/...` or
 * `/restapis/{api}/{stage}/_user_request_/...` on any host.
 */
import { Fates } from './fates';

export interface Address {
  readonly apiId: string;
  /** What follows the API: starts with the stage, where there is one. */
  readonly path: string;
  /** Reached by a path form, where the stage may be spelled `$default`. */
  readonly explicit: boolean;
}

const LOCAL_SUFFIXES = ['execute-api.localhost', 'execute-api.localhost.localstack.cloud'];
const AWS_FORM = '/_aws/execute-api/';
const RESTAPIS_FORM = '/restapis/';
const USER_REQUEST = '/_user_request_';

export type Locate = (host: string, path: string) => Address | undefined;

/** `extraSuffixes` are names without a leading dot, e.g. `execute-api.example.com`. */
export function locator(region: string, extraSuffixes: readonly string[]): Locate {
  const suffixes = new Set([`execute-api.${region}.amazonaws.com`, ...LOCAL_SUFFIXES, ...extraSuffixes]);
  const apiOfHost = new Fates((host): string | null => {
    const dot = host.indexOf('.');
    return dot > 0 && suffixes.has(host.slice(dot + 1)) ? host.slice(0, dot) : null;
  });
  return (host, path) => {
    const apiId = apiOfHost.of(host);
    if (apiId !== null) return { apiId, path, explicit: false };
    if (path.startsWith(AWS_FORM)) return afterId(path.slice(AWS_FORM.length));
    if (path.startsWith(RESTAPIS_FORM)) return userRequest(path.slice(RESTAPIS_FORM.length));
    return undefined;
  };
}

function afterId(text: string): Address | undefined {
  const slash = text.indexOf('/');
  const apiId = slash < 0 ? text : text.slice(0, slash);
  if (apiId === '') return undefined;
  return { apiId, path: slash < 0 ? '/' : text.slice(slash), explicit: true };
}

/** `{api}/{stage}/_user_request_/rest` -> `/{stage}/rest`. */
function userRequest(text: string): Address | undefined {
  const address = afterId(text);
  if (address === undefined) return undefined;
  const stageEnd = address.path.indexOf('/', 1);
  if (stageEnd < 0 || !address.path.startsWith(USER_REQUEST, stageEnd)) return undefined;
  const rest = address.path.slice(stageEnd + USER_REQUEST.length);
  if (rest !== '' && !rest.startsWith('/')) return undefined;
  return { ...address, path: address.path.slice(0, stageEnd) + rest };
}

/** First segment and what follows it: `/prod/pets` -> `prod`, `/pets`. */
export function splitStage(path: string): { first: string; rest: string } {
  const end = path.indexOf('/', 1);
  return end < 0 ? { first: path.slice(1), rest: '/' } : { first: path.slice(1, end), rest: path.slice(end) };
}

/** A REST API passes over slashes ahead of its stage, and tells nobody of them: `//prod/x` -> `/prod/x` (seen on AWS). */
export function withoutLeadingSlashes(path: string): string {
  return path.startsWith('//') ? path.replace(/^\/+/, '/') : path;
}
