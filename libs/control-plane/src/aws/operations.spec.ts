import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allOperations, type ServiceName } from '@gatehouse/aws-wire';
import type { Services } from '../services';
import { AwsSurface } from './dispatch';
import { awsOperations } from './operations';

const documented = JSON.parse(
  readFileSync(join(__dirname, '../../../aws-wire/model/implemented.json'), 'utf8'),
) as Record<ServiceName, string[]>;
const surface = new AwsSurface(awsOperations({} as Services));

it('documents exactly the operations that have a handler', () => {
  const { lambda: _functionHost, ...own } = documented;
  const listed = Object.entries(own).flatMap(([service, names]) => names.map((name) => `${service}:${name}`));
  expect(surface.implemented().sort()).toEqual(listed.sort());
});

it('has handlers for operations of the model only', () => {
  const known = (['apigateway', 'apigatewayv2'] as const).flatMap((service) =>
    allOperations(service).map(({ name }) => `${service}:${name}`),
  );
  expect(surface.implemented().filter((name) => !known.includes(name))).toEqual([]);
});
