/**
 * Between the wire model and the catalog: apigatewayv2's model spells members in Pascal case (`ApiId`), the catalog in
 * camel case as JSON has them; times are `Date` in the model and epoch milliseconds in the catalog. Keys of maps are data
 * and stay as they are.
 */
import { emptyRecord, type PlainRecord } from './convert';
import { shapeOf, type Operation } from './operations';
import type { ServiceName, StructureShape } from './service-model';

const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** A parsed input as the catalog spells it. */
export function toCatalogCase(operation: Operation, input: Readonly<PlainRecord>): PlainRecord {
  return rename(operation.service, operation.input, input, 'toCatalog') as PlainRecord;
}

/** A catalog document as `serialiseOutput` takes it. */
export function toModelCase(operation: Operation, output: Readonly<PlainRecord>): PlainRecord {
  if (operation.output === undefined) return emptyRecord();
  return rename(operation.service, operation.output, output, 'toModel') as PlainRecord;
}

type Direction = 'toCatalog' | 'toModel';

function rename(service: ServiceName, shapeName: string, value: unknown, direction: Direction): unknown {
  if (value === null || value === undefined) return value;
  const shape = shapeOf(service, shapeName);
  switch (shape.type) {
    case 'structure':
      return renameStructure(service, shape, value as PlainRecord, direction);
    case 'list':
      return (value as unknown[]).map((element) => rename(service, shape.member, element, direction));
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, element]) => [
          key,
          rename(service, shape.value, element, direction),
        ]),
      );
    case 'timestamp':
      return value instanceof Date ? value.getTime() : new Date(value as number);
    default:
      return value;
  }
}

function renameStructure(
  service: ServiceName,
  shape: StructureShape,
  source: Readonly<PlainRecord>,
  direction: Direction,
): PlainRecord {
  const target = emptyRecord();
  for (const [name, member] of Object.entries(shape.members)) {
    const [from, to] = direction === 'toCatalog' ? [name, camel(name)] : [camel(name), name];
    const value = source[from];
    if (value !== undefined) target[to] = rename(service, member.shape, value, direction);
  }
  return target;
}
