/** Media types as API Gateway compares them: type and subtype without parameters, lower case (RFC 9110 8.3.1). */

/** `Application/JSON; charset=utf-8` -> `application/json`; `undefined` when there is none. */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined) return undefined;
  const end = contentType.indexOf(';');
  const type = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
  return type === '' ? undefined : type;
}

/** The first media type of an `Accept` value; quality is not weighed, as AWS does not. */
export function firstAccepted(accept: string | undefined): string | undefined {
  return mediaTypeOf(accept?.split(',', 1)[0]);
}
