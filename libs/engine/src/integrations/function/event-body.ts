/** The client's body inside an event: as text, or in base64 where it is binary. */
import { mediaTypeOf } from '@gatehouse/standards';
import { MAX_PAYLOAD_BYTES } from '../../counted-body';
import type { Exchange } from '../../exchange';

export interface EventBody {
  /** `undefined` = there is none. */
  readonly text: string | undefined;
  readonly isBase64: boolean;
}

export type ReadEventBody = (x: Exchange) => EventBody | Promise<EventBody>;

const NO_BODY: EventBody = { text: undefined, isBase64: false };

function bodyReader(isBinary: (x: Exchange) => boolean): ReadEventBody {
  return async (x) => {
    if (!x.hasBody) return NO_BODY;
    const bytes = await x.body.gather(MAX_PAYLOAD_BYTES);
    if (bytes.byteLength === 0) return NO_BODY;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isBase64 = isBinary(x);
    return { text: buffer.toString(isBase64 ? 'base64' : 'utf8'), isBase64 };
  };
}

/** REST: the API's `binaryMediaTypes`; an absent Content-Type counts as JSON. */
export function restBodyReader(binaryMediaTypes: readonly string[]): ReadEventBody {
  const matches = mediaTypeMatcher(binaryMediaTypes);
  return bodyReader((x) => matches(mediaTypeOf(x.fields.contentType) ?? 'application/json'));
}

const TEXT_TYPES = new Set(['application/json', 'application/xml', 'application/javascript']);

/** HTTP APIs: text is what these types say; all else is binary, forms too (seen on AWS). */
export const httpBodyReader: ReadEventBody = bodyReader((x) => {
  const type = mediaTypeOf(x.fields.contentType);
  return type === undefined || !(type.startsWith('text/') || TEXT_TYPES.has(type));
});

// `image/png`, `image/*` and `*/*` match as they read; any other star matches only itself, as on AWS.
export function mediaTypeMatcher(patterns: readonly string[]): (type: string) => boolean {
  const exact = new Set(patterns.map((pattern) => pattern.toLowerCase()));
  const families = [...exact]
    .filter((one) => one.endsWith('/*') && one !== '*/*')
    .map((one) => one.slice(0, -1));
  const isAll = exact.has('*/*');
  return (type) => isAll || exact.has(type) || families.some((family) => type.startsWith(family));
}
