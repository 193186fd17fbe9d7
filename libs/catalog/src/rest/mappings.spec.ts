import { refusal } from '../testing/graphs';
import { requireRequestKeys, requireResponseKeys } from '../http/mappings';
import { requireRequestMappings, requireResponseMappings } from './mappings';

const wrong = (text: string): string =>
  `BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: ${text}]`;

describe('REST mappings', () => {
  it.each([
    ['integration.request.header.X-A', 'method.request.header.b'],
    ['integration.request.path.id', 'method.request.path.id'],
    ['integration.request.querystring.q', 'method.request.multivaluequerystring.q'],
    ['integration.request.header.a', "'literal, with anything'"],
    ['integration.request.header.a', 'stageVariables.x'],
    ['integration.request.header.a', 'context.identity.sourceIp'],
    ['integration.request.header.a', 'method.request.body.pets[0].name'],
  ])('take %s from %s', (key, value) => {
    expect(() => requireRequestMappings({ [key]: value })).not.toThrow();
  });

  it.each([
    ['bad', "'v'", 'bad'],
    ['integration.request.cookie.a', "'v'", 'integration.request.cookie.a'],
    ['integration.request.header.a', 'nope', 'nope'],
    ['integration.request.header.a', "'open", "'open"],
    ['integration.request.header.a', 'method.request.cookie.b', 'method.request.cookie.b'],
  ])('refuse %s from %s in AWS’s words', (key, value, named) => {
    expect(refusal(() => requireRequestMappings({ [key]: value }))).toContain(
      wrong(named).split(': ').slice(1).join(': '),
    );
  });

  it('of a response take headers, bodies and literals, and refuse the rest', () => {
    for (const value of [
      "'*'",
      'integration.response.header.x',
      'integration.response.body.a.b',
      'context.requestId',
    ]) {
      expect(() => requireResponseMappings({ 'method.response.header.A': value })).not.toThrow();
    }
    expect(() =>
      requireResponseMappings({ 'method.response.header.A': 'method.request.header.b' }),
    ).toThrow();
    expect(() => requireResponseMappings({ bad: "'v'" })).toThrow();
  });
});

describe('HTTP API mappings', () => {
  it('take the documented keys', () => {
    const keys = ['append:header.a', 'overwrite:querystring.b', 'remove:header.c', 'overwrite:path'];
    expect(() => requireRequestKeys(Object.fromEntries(keys.map((key) => [key, 'v'])))).not.toThrow();
    expect(() =>
      requireResponseKeys({ '404': { 'overwrite:statuscode': '200', 'append:header.x': 'y' } }),
    ).not.toThrow();
  });

  it.each(['bad', 'append:path', 'overwrite:statuscode', 'append:header.'])(
    'refuse the request key %s',
    (key) => {
      expect(() => requireRequestKeys({ [key]: 'v' })).toThrow(/Invalid parameter mapping key/);
    },
  );

  it.each(['Authorization', 'via', 'x-amz-date', 'access-control-allow-origin', 'X-Forwarded-For'])(
    'refuse the reserved header %s',
    (name) => {
      expect(() => requireRequestKeys({ [`overwrite:header.${name}`]: 'v' })).toThrow(/are restricted/);
    },
  );

  it('refuse a status that is none', () => {
    expect(() => requireResponseKeys({ '999': {} })).toThrow(/Invalid status code/);
  });
});
