// The constraints that AWS checks before an operation runs: required members, enum values, patterns. All violations are
// collected into one message; lengths and ranges are left to the service, which words them itself.
import { AwsError } from './aws-error';
import type { PlainRecord } from './convert';
import { orderedEnum } from './enum-order';
import { shapeOf, structureOf, type Operation } from './operations';
import type { MemberSpec, ServiceName, StructureShape } from './service-model';

/**
 * Checks an input keyed by model member names. Throws AwsError 400 whose message lists every violation: body members in
 * the model's order under `{operation}Input.`, then members from uri, query and headers by their bare name.
 * The error is `ValidationException`; apigatewayv2 models none, so there it is `BadRequestException`.
 */
export function validateInput(operation: Operation, input: PlainRecord): void {
  const shape = structureOf(operation.service, operation.input);
  const violations = [
    ...checkMembers(operation.service, shape, input, `${lowerFirst(operation.name)}Input.`, isInBody),
    ...checkMembers(operation.service, shape, input, '', (member) => !isInBody(member)),
  ];
  if (violations.length === 0) return;
  const noun = violations.length === 1 ? 'error' : 'errors';
  const message = `${violations.length} validation ${noun} detected: ${violations.join('; ')}`;
  throw operation.service === 'apigatewayv2' ? AwsError.badRequest(message) : AwsError.validation(message);
}

function checkMembers(
  service: ServiceName,
  shape: StructureShape,
  value: PlainRecord,
  prefix: string,
  isWanted: (member: MemberSpec) => boolean,
): string[] {
  return Object.entries(shape.members).flatMap(([name, member]) => {
    if (!isWanted(member)) return [];
    const path = prefix + lowerFirst(name);
    if (value[name] !== undefined) return checkValue(service, member, value[name], path);
    return shape.required?.includes(name) ? [violation('null', path, notNull)] : [];
  });
}

function checkValue(service: ServiceName, member: MemberSpec, value: unknown, path: string): string[] {
  if (value === null) return [];
  const shape = shapeOf(service, member.shape);
  switch (shape.type) {
    case 'structure':
      return checkMembers(service, shape, value as PlainRecord, `${path}.`, () => true);
    case 'list':
      return isScalar(service, shape.member)
        ? checkScalars(service, shape.member, value as readonly unknown[], path)
        : checkElements(service, shape.member, value as readonly unknown[], path);
    case 'map':
      return Object.entries(value as PlainRecord).flatMap(([key, element]) => {
        if (element === null && !mayHoldNull(path))
          return [violation('null', `${path}.${key}.member`, notNull)];
        return checkValue(service, { shape: shape.value }, element, `${path}.${key}.member`);
      });
    default:
      return constraintsBroken(service, member, value).map((text) => violation(quoted(value), path, text));
  }
}

const notNull = 'Member must not be null';

/** AWS stores an empty template as null and takes it back so (recorded for `responseTemplates`). */
const mayHoldNull = (path: string): boolean => path.endsWith('Templates');

/** Structures in a list are reported one by one, counted from 1. */
function checkElements(
  service: ServiceName,
  shape: string,
  values: readonly unknown[],
  path: string,
): string[] {
  return values.flatMap((value, index) => {
    const elementPath = `${path}.${index + 1}.member`;
    if (value === null) return [violation('null', elementPath, notNull)];
    return checkValue(service, { shape }, value, elementPath);
  });
}

/** Scalars in a list are reported once, for the whole list. */
function checkScalars(
  service: ServiceName,
  shape: string,
  values: readonly unknown[],
  path: string,
): string[] {
  const broken = values.flatMap((value) =>
    value === null ? [notNull] : constraintsBroken(service, { shape }, value),
  );
  if (broken.length === 0) return [];
  const constraints = [...new Set(broken)].join(', ');
  return [violation(quoted(values), path, `Member must satisfy constraint: [${constraints}]`)];
}

function isScalar(service: ServiceName, shape: string): boolean {
  return !['structure', 'list', 'map'].includes(shapeOf(service, shape).type);
}

/** As Java prints it: a list in brackets, its elements unquoted. */
function quoted(value: unknown): string {
  return Array.isArray(value) ? `'[${value.map(String).join(', ')}]'` : `'${String(value)}'`;
}

function constraintsBroken(service: ServiceName, member: MemberSpec, value: unknown): string[] {
  const shape = shapeOf(service, member.shape);
  if (shape.type !== 'string' || typeof value !== 'string') return [];
  const broken: string[] = [];
  const allowed = shape.enum ?? member.enum;
  if (allowed && !allowed.includes(value)) {
    broken.push(
      `Member must satisfy enum value set: [${orderedEnum(service, member.shape, allowed).join(', ')}]`,
    );
  }
  if (shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`).test(value)) {
    broken.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
  return broken;
}

function violation(value: string, path: string, constraint: string): string {
  return `Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`;
}

function isInBody(member: MemberSpec): boolean {
  return member.in === undefined;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
