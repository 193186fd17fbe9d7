import { orderedEnum } from './enum-order';
import { apigateway } from './generated/apigateway.gen';
import { allOperations, shapeOf, structureOf } from './operations';
import type { ServiceName } from './service-model';

const services: readonly ServiceName[] = ['apigateway', 'apigatewayv2', 'apigatewaymanagementapi', 'lambda'];

describe('the operation tables', () => {
  it.each([
    ['apigateway', 124],
    ['apigatewayv2', 103],
    ['apigatewaymanagementapi', 3],
    ['lambda', 85],
  ] as const)('of %s hold all %d operations of the model', (service, count) => {
    expect(new Set(allOperations(service).map(({ name }) => name)).size).toBe(count);
  });

  it.each(services)('of %s refer only to shapes that exist', (service) => {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      const shape = shapeOf(service, name);
      if (shape.type === 'structure') Object.values(shape.members).forEach((member) => visit(member.shape));
      if (shape.type === 'list') visit(shape.member);
      if (shape.type === 'map') [shape.key, shape.value].forEach(visit);
    };
    for (const { input, output, errors } of allOperations(service)) {
      [input, ...(output === undefined ? [] : [output]), ...errors].forEach(visit);
    }
    expect(seen.size).toBeGreaterThan(5);
  });

  it.each(services)('of %s bind each label of a path to a member of the input', (service) => {
    for (const { name, uri, input } of allOperations(service)) {
      const labels = [...uri.matchAll(/\{(.+?)\}/g)].map((match) => match[1]);
      const members = Object.entries(structureOf(service, input).members);
      const bound = members
        .filter(([, member]) => member.in === 'uri')
        .map(([key, member]) => member.wire ?? key);
      expect([name, bound.sort()]).toEqual([name, labels.sort()]);
    }
  });

  it.each([
    ['CreateRestApi', 201],
    ['PutRestApi', 200],
    ['UpdateMethodResponse', 201],
    ['DeleteRestApi', 202],
    ['DeleteMethod', 204],
    ['CreateVpcLink', 202],
    ['TagResource', 204],
  ])('say that %s answers %d', (name, status) => {
    expect(allOperations('apigateway').find((operation) => operation.name === name)?.status).toBe(status);
  });
});

describe("AWS's order of enum values", () => {
  it('has the values of the model, for every recorded enum', () => {
    const enums = Object.entries(apigateway.shapes).flatMap(([name, shape]) =>
      shape.type === 'string' && shape.enum ? [[name, shape.enum] as const] : [],
    );
    const reordered = enums.filter(([name, values]) => orderedEnum('apigateway', name, values) !== values);
    expect(reordered.map(([name]) => name).sort()).toEqual(
      [
        'DocumentationPartType',
        'EndpointType',
        'GatewayResponseType',
        'IntegrationType',
        'IpAddressType',
        'Op',
      ].sort(),
    );
    for (const [name, values] of reordered) {
      expect([...orderedEnum('apigateway', name, values)].sort()).toEqual([...values].sort());
    }
  });
});
