// From what an operation returned to the answer on the wire, by the output shape of the model.
import { emptyRecord, type PlainRecord } from './convert';
import { shapeOf, structureOf, wireName, type Operation } from './operations';
import type { ServiceName, StructureShape } from './service-model';
import type { WireResponse } from './wire';

/**
 * The success answer: status of the model, members by their wire names in the model's order. Absent and null members are
 * left out, a null inside a map or list stays; members that the model does not know are dropped.
 * Dates become epoch seconds or ISO 8601 as the model says; a blob payload must be UTF-8 text.
 * Throws Error where the output has not the model's form, which is a fault of the caller.
 */
export function serialiseOutput(
  operation: Operation,
  output: Readonly<Record<string, unknown>> | undefined,
): WireResponse {
  const { service, status } = operation;
  if (operation.output === undefined || status === 204) return { status, headers: {}, body: '' };
  const shape = structureOf(service, operation.output);
  const value = output ?? {};
  const headers = { 'content-type': 'application/json', ...headerMembers(shape, value) };
  if (shape.payload !== undefined) return { status, headers, body: payloadText(value[shape.payload]) };
  return { status, headers, body: JSON.stringify(writeStructure(service, shape, value)) };
}

/** Members placed in headers; control characters are taken out, since values may hold what a user typed. */
function headerMembers(shape: StructureShape, output: Readonly<PlainRecord>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const value = output[name];
    if (member.in !== 'header' || typeof value !== 'string') continue;
    headers[wireName(name, member).toLowerCase()] = value.replace(/\p{Cc}/gu, '');
  }
  return headers;
}

function payloadText(payload: unknown): string {
  if (payload === undefined || payload === null) return '';
  if (typeof payload === 'string') return payload;
  if (payload instanceof Uint8Array) return new TextDecoder('utf-8', { fatal: true }).decode(payload);
  throw new Error('a payload must be text or bytes');
}

function write(service: ServiceName, shapeName: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const shape = shapeOf(service, shapeName);
  switch (shape.type) {
    case 'structure':
      return writeStructure(service, shape, asRecord(value, shapeName));
    case 'map':
      return writeMap(service, shape.value, asRecord(value, shapeName));
    case 'list':
      if (!Array.isArray(value)) throw new Error(`${shapeName} must be an array`);
      return value.map((element) => write(service, shape.member, element));
    case 'timestamp':
      return writeDate(value, shape.timestampFormat === 'iso8601');
    default:
      return value;
  }
}

function writeStructure(
  service: ServiceName,
  shape: StructureShape,
  source: Readonly<PlainRecord>,
): PlainRecord {
  const target = emptyRecord();
  for (const [name, member] of Object.entries(shape.members)) {
    const value = member.in === undefined ? write(service, member.shape, source[name]) : null;
    if (value !== null) target[wireName(name, member)] = value;
  }
  return target;
}

function writeMap(service: ServiceName, valueShape: string, source: Readonly<PlainRecord>): PlainRecord {
  const target = emptyRecord();
  for (const [key, value] of Object.entries(source)) {
    if (value !== undefined) target[key] = write(service, valueShape, value);
  }
  return target;
}

/** Whole seconds, as AWS gives them. A number is taken for epoch seconds. */
function writeDate(value: unknown, asIso: boolean): string | number {
  const date = typeof value === 'number' ? new Date(value * 1000) : value;
  if (!(date instanceof Date) || Number.isNaN(date.getTime()))
    throw new Error('a timestamp must be a valid Date');
  return asIso ? date.toISOString().replace(/\.\d{3}Z$/, 'Z') : Math.floor(date.getTime() / 1000);
}

function asRecord(value: unknown, shapeName: string): Readonly<PlainRecord> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${shapeName} must be an object`);
  }
  return value as PlainRecord;
}
