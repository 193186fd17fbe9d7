/**
 * Header fields as a flat list `[name, value, name, value, ...]`, the form in which they travel through the gateway.
 * Names are compared without regard to case (RFC 9110 5.1); order, case and duplicates stay as they are.
 */
export type FieldList = string[];

/** Value of the first field of that name. `lowerName` must be lower case. */
export function firstField(fields: readonly string[], lowerName: string): string | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) if (isNamed(fields[i], lowerName)) return fields[i + 1];
  return undefined;
}

/** Value of the last field of that name. */
export function lastField(fields: readonly string[], lowerName: string): string | undefined {
  for (let i = fields.length - 2; i >= 0; i -= 2) if (isNamed(fields[i], lowerName)) return fields[i + 1];
  return undefined;
}

export function allFields(fields: readonly string[], lowerName: string): string[] {
  let values: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (!isNamed(fields[i], lowerName)) continue;
    const value = fields[i + 1] ?? '';
    // Most have one; a list that grows makes room for seventeen.
    if (values.length === 0) values = [value];
    else values.push(value);
  }
  return values;
}

/** Removes every field of that name, in place. Says whether there was one. */
export function removeField(fields: FieldList, lowerName: string): boolean {
  return firstField(fields, lowerName) !== undefined && removeFieldsWhere(fields, named(lowerName));
}

function named(lowerName: string): (name: string) => boolean {
  return (name) => isNamed(name, lowerName);
}

/** Removes in place every field whose name is chosen. */
export function removeFieldsWhere(fields: FieldList, chosen: (name: string) => boolean): boolean {
  let kept = 0;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (chosen(name)) continue;
    fields[kept] = name;
    fields[kept + 1] = fields[i + 1] ?? '';
    kept += 2;
  }
  const removed = kept < fields.length;
  if (removed) fields.length = kept;
  return removed;
}

/** Replaces every field of that name by one, at the end. */
export function setField(fields: FieldList, name: string, value: string): void {
  removeField(fields, name.toLowerCase());
  fields.push(name, value);
}

/** Letter by letter: two of one length mostly differ in the first, and to put a name in lower case makes a new one. */
export function isNamed(name: string | undefined, lowerName: string): boolean {
  if (name === undefined || name.length !== lowerName.length) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code !== lowerName.charCodeAt(i) && lowerOf(code) !== lowerName.charCodeAt(i)) return false;
  }
  return true;
}

function lowerOf(code: number): number {
  return code >= UPPER_A && code <= UPPER_Z ? code + TO_LOWER : code;
}

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const TO_LOWER = 0x20;
