/** Authorizers that are down, slow, or answer what is no leave: nobody passes, on either of two data planes. */
import type { ServerResponse } from 'node:http';
import { describeWithRedis, freePort } from '@gatehouse/platform/testing';
import { startAuthority, tokenIn, type Authority } from '../testing/authority';
import { Caller } from '../testing/calls';
import { Cluster, everywhere, type ControlPlaneProcess } from '../testing/cluster';
import { HttpApi } from '../testing/http-api';
import type { NodeProcess } from '../testing/node';
import { startOrigin, type Origin } from '../testing/origin';
import { killAll } from '../testing/processes';
import { RestApi } from '../testing/rest-api';
import { isLong } from '../testing/size';
import { SHAPES, SOUND, type Form } from './wrong-answers';

jest.setTimeout(900_000);

const FORMS = ['policy', 'simple'] as const;
/** Of each form: 100,000 calls together, or 4,000, which leave out the 29 seconds that a REST API waits. */
const CALLS = isLong ? { wrong: 46_000, down: 3600, slow: 400 } : { wrong: 1850, down: 100, slow: 100 };

describeWithRedis('who asks a faulty authorizer', () => {
  let cluster: Cluster;
  let control: ControlPlaneProcess;
  let nodes: readonly NodeProcess[];
  let origin: Origin;
  let authority: Authority;
  let slow: Authority;
  let caller: Caller;
  /** Paths of one protected route each, by what its authorizer is like. */
  let paths: Record<Form, Record<'wrong' | 'down' | 'slow', string>>;
  beforeAll(async () => {
    origin = await startOrigin('one');
    authority = await startAuthority(() => undefined);
    slow = await startAuthority(beginAndStall);
    caller = new Caller(200);
    cluster = await Cluster.start();
    control = await cluster.controlPlane();
    nodes = await Promise.all([cluster.node('node-1'), cluster.node('node-2')]);
    const urls = { wrong: authority.url, down: `http://127.0.0.1:${await freePort()}/`, slow: slow.url };
    paths = { policy: await restPaths(urls), simple: await httpPaths(urls) };
    for (const path of FORMS.flatMap((form) => Object.values(paths[form])))
      await everywhere(nodes, path, ({ status }) => status === 401);
  });
  afterAll(async () => {
    caller.close();
    await killAll();
    await cluster.stop();
    await Promise.all([origin, authority, slow].map((one) => one.stop()));
  });

  beforeEach(() => void (origin.requests.length = 0));

  /** Whose calls came to the origin. */
  const passed = () => origin.requests.map(({ headers }) => headers.authorization);

  type Urls = Readonly<Record<'wrong' | 'down' | 'slow', string>>;

  async function restPaths(urls: Urls) {
    const api = await RestApi.create(control.rest, 'policy');
    const add = async (name: keyof Urls): Promise<string> => {
      const authorizerId = await api.tokenAuthorizer(urls[name]);
      await api.method('GET', name, { authorizationType: 'CUSTOM', authorizerId }, origin.url);
      return `${api.base}/${name}`;
    };
    const made = { wrong: await add('wrong'), down: await add('down'), slow: await add('slow') };
    await api.deploy();
    return made;
  }

  async function httpPaths(urls: Urls) {
    const api = await HttpApi.create(control.http, 'simple');
    const add = async (name: keyof Urls): Promise<string> => {
      const AuthorizerId = await api.functionAuthorizer(urls[name], 'Authorization');
      await api.route(`GET /${name}`, { AuthorizationType: 'CUSTOM', AuthorizerId }, origin.url);
      return `${api.base}/${name}`;
    };
    return { wrong: await add('wrong'), down: await add('down'), slow: await add('slow') };
  }

  /** The shape that the token names, or the sound answer. */
  const say =
    (form: Form): Authority['say'] =>
    (question, answer) => {
      const [, index = ''] = /^shape (\d+)/.exec(tokenIn(question)) ?? [];
      const [, shape] = SHAPES[form][Number(index)] ?? ['', SOUND[form]];
      if (index === '' || typeof shape !== 'function') answer.end(index === '' ? SOUND[form] : shape);
      else shape(answer);
    };

  const statuses = (count: number, path: string, tokenOf: (i: number) => string) =>
    caller.statuses(count, (i) => ({
      url: `${nodes[i % 2]?.gateway}${path}`,
      headers: { authorization: tokenOf(i) },
    }));

  describe.each(FORMS)('%s', (form) => {
    beforeAll(() => (authority.say = say(form)));

    it('passes by a sound answer', async () => {
      expect(await statuses(2, paths[form].wrong, (i) => `sound ${i}`)).toEqual({ 200: 2 });
      expect(passed().toSorted()).toEqual(['sound 0', 'sound 1']);
    });

    it.each(SHAPES[form].map(([name], i) => [name, i] as const))('passes never by %s', async (_name, i) => {
      const refused = await statuses(2, paths[form].wrong, (node) => `shape ${i} ${node}`);
      expect([Object.keys(refused).filter((status) => !/^(403|500)$/.test(status)), passed()]).toEqual([
        [],
        [],
      ]);
    });

    it(`passes in none of ${CALLS.wrong} calls over all shapes`, async () => {
      const shapes = SHAPES[form].length;
      const before = authority.asked.length;
      const refused = await statuses(
        CALLS.wrong,
        paths[form].wrong,
        (i) => `shape ${i % shapes} at ${i % 7}`,
      );
      const { 403: denied = 0, 500: failed = 0 } = refused;
      expect([denied + failed, passed()]).toEqual([CALLS.wrong, []]);
      expect(authority.asked.length).toBeGreaterThan(before + shapes);
    });

    it(`passes in none of ${CALLS.down} calls while the authorizer is down`, async () => {
      expect(await statuses(CALLS.down, paths[form].down, (i) => `down ${i}`)).toEqual({ 500: CALLS.down });
      expect(passed()).toEqual([]);
    });
  });

  it('has at least 40 shapes of each form', () => {
    for (const form of FORMS) expect(new Set(SHAPES[form].map(([name]) => name)).size).toBeGreaterThan(40);
  });

  it.each(isLong ? FORMS : (['simple'] as const))(
    `%s: passes in none of ${CALLS.slow} calls to an authorizer that begins to allow, and stalls`,
    async (form) => {
      const all = await statuses(CALLS.slow, paths[form].slow, (i) => `slow ${i}`);
      expect([all, passed()]).toEqual([{ 500: CALLS.slow }, []]);
      expect(slow.asked.length).toBeGreaterThan(0);
    },
  );
});

function beginAndStall(_question: unknown, answer: ServerResponse): void {
  answer.write(SOUND.simple.slice(0, -1));
}
