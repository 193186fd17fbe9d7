// The operations of the services and their shapes, looked up in the generated tables.
import { apigateway } from './generated/apigateway.gen';
import { apigatewaymanagementapi } from './generated/apigatewaymanagementapi.gen';
import { apigatewayv2 } from './generated/apigatewayv2.gen';
import { lambda } from './generated/lambda.gen';
import type {
  MemberSpec,
  OperationSpec,
  ServiceModel,
  ServiceName,
  Shape,
  StructureShape,
} from './service-model';

/** One operation of one service; `(service, name)` identifies it. */
export interface Operation extends OperationSpec {
  readonly service: ServiceName;
  readonly name: string;
}

const models: Readonly<Record<ServiceName, ServiceModel>> = {
  apigateway,
  apigatewayv2,
  apigatewaymanagementapi,
  lambda,
};
const listed = new Map<ServiceName, readonly Operation[]>();

/** Every operation that AWS's model of the service has, implemented here or not, in the model's order. */
export function allOperations(service: ServiceName): readonly Operation[] {
  const known = listed.get(service);
  if (known) return known;
  const operations = Object.entries(models[service].operations).map(([name, spec]) => ({
    service,
    name,
    ...spec,
  }));
  listed.set(service, operations);
  return operations;
}

/** The shape of that name, or undefined where the service has none. */
export function findShape(service: ServiceName, name: string): Shape | undefined {
  const { shapes } = models[service];
  return Object.hasOwn(shapes, name) ? shapes[name] : undefined;
}

/** The shape that the model itself refers to; a missing one is a broken table. */
export function shapeOf(service: ServiceName, name: string): Shape {
  const shape = findShape(service, name);
  if (!shape) throw new Error(`${service} has no shape ${name}`);
  return shape;
}

/** The structure that the model itself refers to. */
export function structureOf(service: ServiceName, name: string): StructureShape {
  const shape = shapeOf(service, name);
  if (shape.type !== 'structure') throw new Error(`${service}.${name} is no structure`);
  return shape;
}

/** The name a member has on the wire. */
export function wireName(name: string, member: MemberSpec): string {
  return member.wire ?? name;
}
