/** Documents that nobody should have written: bytes that were changed on the way, and JSON that is sound in form only. */
import { below, oneOf } from '../random';

type Random = () => number;

/** Another sequence of bytes than the one given. */
export function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return Buffer.from(' ');
  const copy = Buffer.from(bytes);
  const at = below(random, copy.length);
  switch (oneOf(random, 'flip', 'cut', 'swap', 'empty', 'append', 'zero')) {
    case 'flip':
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << below(random, 8)), at);
      return copy;
    case 'cut':
      return copy.subarray(0, at);
    case 'swap':
      return Buffer.concat([copy.subarray(at), copy.subarray(0, at), Buffer.from(' ')]);
    case 'empty':
      return Buffer.alloc(0);
    case 'append':
      return Buffer.concat([copy, copy.subarray(at)]);
    case 'zero':
      return Buffer.concat([copy.subarray(0, at), Buffer.alloc(64), copy.subarray(at)]);
  }
}

/** Raw JSON that takes the place of a value. */
const REPLACEMENTS: readonly ((random: Random) => string)[] = [
  () => 'null',
  () => 'true',
  () => '""',
  () => '[]',
  () => '{}',
  () => '-1',
  () => '0',
  () => '1e308',
  () => '1e999',
  () => '123456789012345678901234567890',
  () => '4.9e-324',
  () => '"__proto__"',
  () => '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  () => '"\\u0000\\ud800"',
  () => '"${stageVariables.x}{a}{b+}{"',
  () => `"${'a'.repeat(1_000_000)}"`,
  () => '[null,null,{"a":[]}]',
  (random) => nested(1 + below(random, 20_000)),
];

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

/** The text of a document with one place of it, or two, changed: replaced, left out, or written twice. */
export function distorted(
  document: object,
  random: Random,
  isSpared: (path: string) => boolean = () => false,
): string {
  const copy = JSON.parse(JSON.stringify(document)) as object;
  const raws: string[] = [];
  for (let times = oneOf(random, 1, 1, 2); times > 0; times--) {
    const places = placesOf(copy).filter(({ path }) => !isSpared(path));
    const place = places[below(random, places.length)];
    if (place !== undefined) change(place, raws, random);
  }
  return JSON.stringify(copy).replaceAll(/"@raw(\d+)@"(:)?/g, (_match, index: string, colon?: string) => {
    const raw = raws[Number(index)] ?? 'null';
    return colon === undefined ? raw : `${raw}:`;
  });
}

interface Place {
  readonly holder: Record<string, unknown>;
  readonly name: string;
  readonly path: string;
}

function change({ holder, name }: Place, raws: string[], random: Random): void {
  const raw = REPLACEMENTS[below(random, REPLACEMENTS.length)]?.(random) ?? 'null';
  const marker = `@raw${raws.length}@`;
  switch (oneOf(random, 'replace', 'replace', 'remove', 'twice')) {
    case 'replace':
      raws.push(raw);
      holder[name] = marker;
      return;
    case 'remove':
      if (Array.isArray(holder)) holder.splice(Number(name), 1);
      else delete holder[name];
      return;
    case 'twice':
      if (Array.isArray(holder)) holder.push(holder[Number(name)]);
      else {
        // As a name, the marker becomes the same name once more.
        raws.push(JSON.stringify(name));
        holder[marker] = JSON.parse(JSON.stringify(holder[name] ?? null)) as unknown;
      }
  }
}

function placesOf(value: unknown, path = ''): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((name) => [
    { holder, name, path: `${path}/${name}` },
    ...placesOf(holder[name], `${path}/${name}`),
  ]);
}
