// Dates of signed requests: the ISO 8601 basic form of X-Amz-Date and the HTTP form of Date.

/** `20261124T215400Z`. */
export function formatTimestamp(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** The date of `20261124T215400Z`, or undefined where the text is none. */
export function parseTimestamp(text: string): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return !Number.isNaN(date.getTime()) && formatTimestamp(date) === text ? date : undefined;
}

/** The date of `Tue, 24 Nov 2026 21:54:00 GMT` (RFC 9110; botocore writes the zone as `-0000`), or undefined. */
export function parseHttpDate(text: string): Date | undefined {
  const inGmt = text.replace(/ (UTC|[+-]0000)$/, ' GMT');
  const date = new Date(inGmt);
  return !Number.isNaN(date.getTime()) && date.toUTCString() === inGmt ? date : undefined;
}
