// From untyped JSON or text to the value that the model's shape asks for. Texts of the failures follow AWS's
// ("class java.lang.Boolean can not be converted to an String", recorded), numbers and booleans may come as text.
import { AwsError } from './aws-error';
import { shapeOf, wireName } from './operations';
import type { ListShape, MapShape, ServiceName, Shape, StructureShape } from './service-model';

/** An object without prototype, so that a key such as `__proto__` is only a key. */
export type PlainRecord = Record<string, unknown>;

export function emptyRecord(): PlainRecord {
  return Object.create(null) as PlainRecord;
}

/**
 * The value in the form of the shape: structures by model member names (null and unknown members left out), maps with
 * their nulls, lists with their nulls (the validation refuses those), numbers and booleans also from text.
 * Throws AwsError `SerializationException`.
 */
export function convert(service: ServiceName, shapeName: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const shape = shapeOf(service, shapeName);
  switch (shape.type) {
    case 'structure':
      return convertStructure(service, shape, asRecord(value, 'Structure'));
    case 'map':
      return convertMap(service, shape, asRecord(value, 'Map'));
    case 'list':
      return convertList(service, shape, value);
    default:
      return convertScalar(shape, value);
  }
}

/** The members that the body holds; those with a place of their own (uri, query, header) are not looked for. */
export function convertStructure(
  service: ServiceName,
  shape: StructureShape,
  source: PlainRecord,
): PlainRecord {
  const target = emptyRecord();
  for (const [name, member] of Object.entries(shape.members)) {
    const wire = wireName(name, member);
    if (member.in !== undefined || !Object.hasOwn(source, wire)) continue;
    const value = convert(service, member.shape, source[wire]);
    if (value !== null) target[name] = value;
  }
  return target;
}

function convertMap(service: ServiceName, shape: MapShape, source: PlainRecord): PlainRecord {
  const target = emptyRecord();
  for (const [key, value] of Object.entries(source)) target[key] = convert(service, shape.value, value);
  return target;
}

function convertList(service: ServiceName, shape: ListShape, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw refuse(value, 'List');
  return value.map((element) => convert(service, shape.member, element));
}

function convertScalar(
  shape: Exclude<Shape, StructureShape | ListShape | MapShape>,
  value: unknown,
): unknown {
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw refuse(value, 'String');
      return value;
    case 'boolean':
      return toBoolean(value);
    case 'integer':
      return toInteger(value, 'Integer', 2 ** 31);
    case 'long':
      return toInteger(value, 'Long', Number.MAX_SAFE_INTEGER);
    case 'double':
      return toNumber(value, 'Double');
    case 'timestamp':
      return toDate(value);
    case 'blob':
      if (typeof value !== 'string') throw refuse(value, 'Blob');
      return Buffer.from(value, 'base64');
  }
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (text !== 'true' && text !== 'false') throw refuse(value, 'Boolean');
  return text === 'true';
}

function toNumber(value: unknown, target: string): number {
  const isNumeric = typeof value === 'string' && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value);
  const number = isNumeric ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw refuse(value, target);
  return number;
}

function toInteger(value: unknown, target: string, limit: number): number {
  const number = toNumber(value, target);
  if (!Number.isInteger(number) || number >= limit || number < -limit) throw refuse(value, target);
  return number;
}

/** Epoch seconds, as number or text, or an ISO 8601 text. */
function toDate(value: unknown): Date {
  const isIso = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
  const date = new Date(isIso ? value : toNumber(value, 'Date') * 1000);
  if (Number.isNaN(date.getTime())) throw refuse(value, 'Date');
  return date;
}

function asRecord(value: unknown, target: string): PlainRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse(value, target);
  return value as PlainRecord;
}

function refuse(value: unknown, target: string): AwsError {
  return AwsError.serialization(`class ${javaClass(value)} can not be converted to an ${target}`);
}

function javaClass(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return 'java.lang.Boolean';
    case 'string':
      return 'java.lang.String';
    case 'number':
      return Number.isInteger(value) ? 'java.lang.Integer' : 'java.lang.Double';
    default:
      return Array.isArray(value) ? 'java.util.ArrayList' : 'java.util.LinkedHashMap';
  }
}
