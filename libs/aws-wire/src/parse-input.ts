// From a matched request to the operation's input: members are gathered from path, query, headers and body, converted
// to what the model says and checked against its constraints.
import { AwsError } from './aws-error';
import { convert, convertStructure, emptyRecord, type PlainRecord } from './convert';
import type { Matched } from './find-operation';
import { shapeOf, structureOf, wireName, type Operation } from './operations';
import { parseQuery, type QueryPairs } from './query-string';
import type { MemberSpec, ServiceName, StructureShape } from './service-model';
import { validateInput } from './validate';
import type { WireRequest } from './wire';

/**
 * The input of the operation, keyed by the model's member names (`integrationHttpMethod`, though the wire says
 * `httpMethod`); absent members are absent keys. Objects in it have no prototype. A blob payload is the body's bytes.
 * Throws AwsError 400: `SerializationException` for a form the model does not have, and what validateInput throws.
 */
export function parseInput(
  matched: Matched,
  request: Omit<WireRequest, 'method' | 'path'>,
): Record<string, unknown> {
  const { operation, pathParams } = matched;
  const shape = structureOf(operation.service, operation.input);
  const input = bodyMembers(operation.service, shape, request.body);
  const query = parseQuery(request.query);
  for (const [name, member] of Object.entries(shape.members)) {
    const source = placedValue(operation, shape, name, member, {
      pathParams,
      query,
      headers: request.headers,
    });
    if (source !== undefined) input[name] = convert(operation.service, member.shape, source);
  }
  validateInput(operation, input);
  return input;
}

function bodyMembers(service: ServiceName, shape: StructureShape, body: Uint8Array): PlainRecord {
  if (shape.payload !== undefined) return Object.assign(emptyRecord(), { [shape.payload]: body });
  const hasBody = Object.values(shape.members).some((member) => member.in === undefined);
  return hasBody ? convertStructure(service, shape, parseJsonObject(body)) : emptyRecord();
}

function parseJsonObject(body: Uint8Array): PlainRecord {
  const value = parseJson(body);
  if (value === null) return emptyRecord();
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw AwsError.serialization('The request body must be a JSON object.');
  }
  return value as PlainRecord;
}

/** The JSON value of the body; null for a body without content. */
function parseJson(body: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return text.trim() === '' ? null : JSON.parse(text);
  } catch {
    throw AwsError.serialization('The request body is not valid JSON.');
  }
}

interface Places {
  readonly pathParams: Readonly<Record<string, string>>;
  readonly query: QueryPairs;
  readonly headers: ReadonlyMap<string, string>;
}

function placedValue(
  operation: Operation,
  shape: StructureShape,
  name: string,
  member: MemberSpec,
  places: Places,
): unknown {
  const wire = wireName(name, member);
  switch (member.in) {
    case 'uri':
      return places.pathParams[wire];
    case 'header':
      return places.headers.get(wire.toLowerCase());
    case 'querystring':
      return queryValue(operation, shape, wire, member, places.query);
    default:
      return undefined;
  }
}

/** A list takes every value of its name, a map every pair that nothing else in the request's model claims. */
function queryValue(
  operation: Operation,
  shape: StructureShape,
  wire: string,
  member: MemberSpec,
  query: QueryPairs,
): unknown {
  const values = query.filter(([key]) => key === wire).map(([, value]) => value);
  switch (shapeOf(operation.service, member.shape).type) {
    case 'list':
      return values.length > 0 ? values : undefined;
    case 'map':
      return unclaimedPairs(operation, shape, query);
    default:
      return values[0];
  }
}

function unclaimedPairs(
  operation: Operation,
  shape: StructureShape,
  query: QueryPairs,
): PlainRecord | undefined {
  const members = Object.entries(shape.members).filter(
    ([, member]) => member.in === 'querystring' && !isMap(operation, member),
  );
  const fixed = parseQuery(operation.uri.split('?')[1] ?? '');
  const claimed = new Set([
    ...members.map(([name, member]) => wireName(name, member)),
    ...fixed.map(([key]) => key),
  ]);
  const pairs = query.filter(([key]) => !claimed.has(key) && !/^x-amz-/i.test(key));
  if (pairs.length === 0) return undefined;
  const record = emptyRecord();
  for (const [key, value] of pairs) record[key] = value;
  return record;
}

function isMap(operation: Operation, member: MemberSpec): boolean {
  return shapeOf(operation.service, member.shape).type === 'map';
}
