/** Each scenario is one test; what it saw goes to the file of CHAOS_RESULTS, for the table of `npm run chaos`. */
import { appendFileSync } from 'node:fs';
import { describeWithRedis } from '@gatehouse/platform/testing';
import { seeded } from './random';
import { none, type Finding, type Scenario } from './scenario';
import { chosenSeed, chosenSize } from './size';
import { World } from './world';

const size = chosenSize();

/** To be called once in a spec. */
export function perform(scenarios: readonly Scenario[]): void {
  jest.setTimeout(size === 'short' ? 120_000 : 3_600_000);
  const only = process.env.CHAOS_ONLY;
  const chosen = scenarios.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0) it.skip('nothing of this spec was chosen', () => undefined);
  else describeWithRedis(`chaos, ${size}`, () => performIn(chosen));
}

function performIn(scenarios: readonly Scenario[]): void {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const seed = chosenSeed();
    const findings = await runOn(world, scenario, seed).catch((error: unknown) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    tell(scenario, findings);
    const broken = findings.filter(({ isKept }) => !isKept);
    expect({ seed, broken }).toEqual({ seed, broken: [] });
  });
}

async function runOn(world: World, scenario: Scenario, seed: number): Promise<Finding[]> {
  const stage = { size: scenario.sizes[size], isStrict: size !== 'short', world, random: seeded(seed) };
  try {
    const findings = await scenario.run(stage);
    return [...findings, none('data planes that ended by themselves', world.takeEarlyEnds())];
  } finally {
    await world.clear();
  }
}

function tell(scenario: Scenario, findings: readonly Finding[]): void {
  const path = process.env.CHAOS_RESULTS;
  const line = { scenario: scenario.name, size, count: scenario.sizes[size], findings };
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(line)}\n`);
}
