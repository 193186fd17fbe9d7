/** Reads answers as strictly as a test must: what is not HTTP/1.1 to the letter is told, not repaired. */

export interface Answer {
  readonly status: number;
  /** Status line and fields, without the empty line. */
  readonly head: string;
  readonly body: Buffer;
  /** The connection carries no other. */
  readonly isLast: boolean;
}

const HEAD = /^HTTP\/1\.[01] ([1-5]\d\d) [^\r\n]*(?:\r\n[!#-'*+\-.\w^`|~]+:[^\r\n]*)*$/;
const HEAD_END = Buffer.from('\r\n\r\n');
const MAX_HEAD_BYTES = 65_536;

interface Framing {
  readonly status: number;
  readonly head: string;
  readonly bodyAt: number;
  readonly isLast: boolean;
  /** `undefined` = to the end of the connection. */
  readonly length: number | 'chunked' | undefined;
}

export class AnswerParser {
  private bytes: Buffer = Buffer.alloc(0);
  private framing: Framing | undefined;
  /** Why it is no HTTP/1.1; nothing is read after it. */
  fault: string | undefined;

  /** Of the answer that is not whole yet: what there is of it. */
  get heard(): 'nothing' | 'part of a head' | 'a head' {
    if (this.framing !== undefined) return 'a head';
    return this.bytes.length > 0 ? 'part of a head' : 'nothing';
  }

  get status(): number | undefined {
    return this.framing?.status;
  }

  /** Of the body that is not whole yet. */
  get bodyBytes(): number {
    return this.framing === undefined ? 0 : this.bytes.length - this.framing.bodyAt;
  }

  push(chunk: Buffer): Answer[] {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    const answers: Answer[] = [];
    for (let answer = this.next(); answer !== undefined; answer = this.next()) answers.push(answer);
    return answers;
  }

  /** The other side says no more; an answer may have been waiting for just that. */
  end(): Answer | undefined {
    const { framing } = this;
    if (framing === undefined || framing.length !== undefined) return undefined;
    return this.take(framing, this.bytes.subarray(framing.bodyAt), this.bytes.length);
  }

  private next(): Answer | undefined {
    if (this.fault !== undefined) return undefined;
    const framing = (this.framing ??= this.readHead());
    if (framing === undefined || framing.length === undefined) return undefined;
    if (framing.length === 'chunked') return this.dechunk(framing);
    const end = framing.bodyAt + framing.length;
    return this.bytes.length < end
      ? undefined
      : this.take(framing, this.bytes.subarray(framing.bodyAt, end), end);
  }

  private readHead(): Framing | undefined {
    const end = this.bytes.indexOf(HEAD_END);
    if (end < 0) {
      if (this.bytes.length > MAX_HEAD_BYTES) this.fault = 'a head without end';
      return undefined;
    }
    const head = this.bytes.toString('latin1', 0, end);
    const status = Number(HEAD.exec(head)?.[1]);
    if (Number.isNaN(status)) {
      this.fault = `no head: ${JSON.stringify(head.slice(0, 100))}`;
      return undefined;
    }
    if (status < 200) {
      this.bytes = this.bytes.subarray(end + 4);
      return this.readHead();
    }
    return this.framed(status, head, end + 4);
  }

  private framed(status: number, head: string, bodyAt: number): Framing | undefined {
    const lengths = [...head.matchAll(/\r\ncontent-length: *(.*?) *(?=\r\n|$)/gi)].map(
      (match) => match[1] ?? '',
    );
    const codings = [...head.matchAll(/\r\ntransfer-encoding: *(.*?) *(?=\r\n|$)/gi)].map(
      (match) => match[1] ?? '',
    );
    const isLast = /\r\nconnection: *close *(?=\r\n|$)/i.test(head);
    const framing = { status, head, bodyAt, isLast };
    if (lengths.length + codings.length > 1 || lengths.some((length) => !/^\d+$/.test(length)))
      this.fault = `two framings, or none: ${lengths.join()} ${codings.join()}`;
    else if (status === 204 || status === 304) return { ...framing, length: 0 };
    else if (codings.length > 0 && codings[0] !== 'chunked') this.fault = `coding ${codings[0]}`;
    else if (codings.length > 0) return { ...framing, length: 'chunked' };
    else return { ...framing, length: lengths.length > 0 ? Number(lengths[0]) : undefined };
    return undefined;
  }

  private dechunk(framing: Framing): Answer | undefined {
    const pieces: Buffer[] = [];
    for (let at = framing.bodyAt; ;) {
      const lineEnd = this.bytes.indexOf('\r\n', at);
      if (lineEnd < 0) return undefined;
      const line = this.bytes.toString('latin1', at, lineEnd);
      if (!/^[0-9a-f]{1,8}$/i.test(line))
        return this.broken(`chunk size ${JSON.stringify(line.slice(0, 40))}`);
      const size = Number.parseInt(line, 16);
      const end = lineEnd + 2 + size;
      if (this.bytes.length < end + 2) return undefined;
      if (this.bytes.toString('latin1', end, end + 2) !== '\r\n')
        return this.broken('a chunk that does not end');
      if (size === 0) return this.take(framing, Buffer.concat(pieces), end + 2);
      pieces.push(this.bytes.subarray(lineEnd + 2, end));
      at = end + 2;
    }
  }

  private broken(why: string): undefined {
    this.fault = why;
  }

  private take({ status, head, isLast, length }: Framing, body: Buffer, end: number): Answer {
    this.bytes = this.bytes.subarray(end);
    this.framing = undefined;
    return { status, head, body, isLast: isLast || length === undefined };
  }
}
