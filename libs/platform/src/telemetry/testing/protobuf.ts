/** The protobuf wire format, as far as a receiver in a spec needs it. */
export interface Field {
  readonly id: number;
  /** Length-delimited fields are bytes, all others numbers. */
  readonly value: Buffer | bigint | number;
}

export function readFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const id = tag >> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ id, value: varint() });
        break;
      case 1:
        // Times are integers, attributes of this type are doubles: the reader of a field knows.
        fields.push({ id, value: id === 4 ? bytes.readDoubleLE(at) : bytes.readBigUInt64LE(at) });
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        fields.push({ id, value: bytes.subarray(at, at + length) });
        at += length;
        break;
      }
      case 5:
        fields.push({ id, value: bytes.readUInt32LE(at) });
        at += 4;
        break;
      default:
        throw new Error(`wire type ${tag & 7}`);
    }
  }
  return fields;
}

export function textOf(bytes: Buffer | undefined): string {
  return bytes?.toString('utf8') ?? '';
}
