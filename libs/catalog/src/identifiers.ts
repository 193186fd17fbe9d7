/** Ids and ARNs as AWS forms them. Randomness comes in by argument, so that the kernel stays pure. */

/** `bytes` are random; each gives one lower-case base-36 character. AWS: 10 for APIs, 6 for children. */
export type RandomBytes = (count: number) => Uint8Array;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A fresh id: a letter first, so that it is a valid host label, then letters and digits. */
export function newId(random: RandomBytes, length: number): string {
  const bytes = random(length * 2);
  let id = '';
  for (let i = 0; i < length; i++) {
    const wide = ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0);
    id += ALPHABET[wide % (i === 0 ? 26 : ALPHABET.length)];
  }
  return id;
}

/** What a control-plane ARN (`arn:aws:apigateway:{region}::/...`) names. */
export type TaggedResource =
  | { readonly kind: 'rest-api'; readonly apiId: string }
  | { readonly kind: 'rest-stage'; readonly apiId: string; readonly stage: string }
  | { readonly kind: 'http-api'; readonly apiId: string }
  | { readonly kind: 'http-stage'; readonly apiId: string; readonly stage: string }
  | { readonly kind: 'api-key'; readonly id: string }
  | { readonly kind: 'usage-plan'; readonly id: string };

const SHAPES: readonly (readonly [RegExp, (m: RegExpExecArray) => TaggedResource])[] = [
  [/^\/restapis\/([^/]+)$/, (m) => ({ kind: 'rest-api', apiId: m[1] ?? '' })],
  [
    /^\/restapis\/([^/]+)\/stages\/([^/]+)$/,
    (m) => ({ kind: 'rest-stage', apiId: m[1] ?? '', stage: m[2] ?? '' }),
  ],
  [/^\/apikeys\/([^/]+)$/, (m) => ({ kind: 'api-key', id: m[1] ?? '' })],
  [/^\/usageplans\/([^/]+)$/, (m) => ({ kind: 'usage-plan', id: m[1] ?? '' })],
  [/^\/apis\/([^/]+)$/, (m) => ({ kind: 'http-api', apiId: m[1] ?? '' })],
  [
    /^\/apis\/([^/]+)\/stages\/([^/]+)$/,
    (m) => ({ kind: 'http-stage', apiId: m[1] ?? '', stage: m[2] ?? '' }),
  ],
];

/** `undefined` when the ARN is not one of ours: other service, other region, or a resource that takes no tags here. */
export function parseResourceArn(arn: string, region: string): TaggedResource | undefined {
  const match = /^arn:aws[a-z-]*:apigateway:([a-z0-9-]+):[0-9]*:(\/.*)$/.exec(arn);
  if (!match || match[1] !== region) return undefined;
  for (const [shape, build] of SHAPES) {
    const found = shape.exec(match[2] ?? '');
    if (found) return build(found);
  }
  return undefined;
}
