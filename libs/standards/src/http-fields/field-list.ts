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
  const values: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (isNamed(fields[i], lowerName)) values.push(fields[i + 1] ?? '');
  }
  return values;
}

/** Removes every field of that name, in place. Says whether there was one. */
export function removeField(fields: FieldList, lowerName: string): boolean {
  return removeFieldsWhere(fields, (name) => isNamed(name, lowerName));
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

/** All that a letter's cases differ in. */
const CASE_BIT = 0x20;

export function isNamed(name: string | undefined, lowerName: string): boolean {
  return (
    name !== undefined &&
    name.length === lowerName.length &&
    // Two of one length rarely begin with the same letter, and to put one in lower case costs.
    (name.charCodeAt(0) | CASE_BIT) === (lowerName.charCodeAt(0) | CASE_BIT) &&
    (name === lowerName || name.toLowerCase() === lowerName)
  );
}
