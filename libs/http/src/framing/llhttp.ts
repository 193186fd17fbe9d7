/**
 * The one llhttp instance of this process, its input window, and the notes that its callbacks take. No callback calls out:
 * what was seen is read from the notes after `llhttp_execute` has returned, so no parser can be entered twice.
 */
import { createRequire } from 'node:module';

export const REQUEST = 1;
export const RESPONSE = 2;
export const OK = 0;
export const PAUSED = 21;
export const PAUSED_UPGRADE = 22;
const STOPPED_BY_US = 24;
const SKIP_BODY = 1;

/** As many bytes are parsed at once. Node reads no more from a socket at a time. */
export const WINDOW_BYTES = 65_536;
/** Extensions of one chunk, its size and line ends included. */
const MAX_CHUNK_LINE_BYTES = 2048;

export interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  malloc(bytes: number): number;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, at: number, bytes: number): number;
  llhttp_finish(parser: number): number;
  llhttp_resume(parser: number): void;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_method(parser: number): number;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
}

/** The types of the target language do not know it. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const FIELD = 1;
const VALUE = 2;

/** Positions count from the first byte of the head, those of the body from the first byte given to `execute`. */
export class Notes {
  /** Address of the first byte of this call, less the bytes of the head that earlier calls brought. */
  origin = 0;
  maxFields = 0;
  maxHeadBytes = 0;
  skipsBody = false;

  /** Four positions for each field: name from, name to, value from, value to. */
  marks: number[] = [];
  fieldCount = 0;
  kind = 0;
  /** The target of a request, the reason of an answer. */
  lineStart = -1;
  lineEnd = -1;
  firstAt = -1;
  lastEnd = 0;

  isHeadDone = false;
  isComplete = false;
  isTrailer = false;
  isKeepAlive = false;
  isUpgrade = false;
  status = 0;
  /** From and to, for each piece. */
  readonly pieces: number[] = [];
  /** So many of the numbers in `pieces` are of this call. */
  pieceMarks = 0;
  /** Bytes since the last byte of body that were none themselves. */
  gapBytes = 0;
  /** Status of our own refusal; 0 = none. */
  refusal = 0;

  line(at: number, bytes: number): number {
    const from = at - this.origin;
    if (this.lineStart < 0) this.lineStart = from;
    this.lineEnd = from + bytes;
    return this.reached(from, this.lineEnd, 414);
  }

  field(at: number, bytes: number): number {
    if (this.isHeadDone) {
      this.isTrailer = true;
      return OK;
    }
    const from = at - this.origin;
    const mark = this.fieldCount * 4;
    if (this.kind === FIELD && this.marks[mark - 3] === from) {
      this.marks[mark - 3] = from + bytes;
    } else {
      if (this.fieldCount === this.maxFields) return this.refuse(431);
      this.kind = FIELD;
      this.fieldCount++;
      this.marks[mark] = from;
      this.marks[mark + 1] = this.marks[mark + 2] = this.marks[mark + 3] = from + bytes;
    }
    return this.reached(from, from + bytes, 431);
  }

  value(at: number, bytes: number): number {
    if (this.isHeadDone) return OK;
    const from = at - this.origin;
    const mark = this.fieldCount * 4;
    if (this.kind !== VALUE) {
      this.kind = VALUE;
      this.marks[mark - 2] = from;
    }
    this.marks[mark - 1] = from + bytes;
    return this.reached(from, from + bytes, 431);
  }

  headDone(status: number, isUpgrade: boolean, isKeepAlive: boolean): number {
    this.isHeadDone = true;
    this.status = status;
    this.isUpgrade = isUpgrade;
    this.isKeepAlive = isKeepAlive;
    return this.skipsBody ? SKIP_BODY : OK;
  }

  body(at: number, bytes: number): number {
    const from = at - this.origin;
    if (!this.noteGap(from)) return STOPPED_BY_US;
    this.gapBytes = 0;
    this.lastEnd = from + bytes;
    this.pieces[this.pieceMarks++] = from;
    this.pieces[this.pieceMarks++] = from + bytes;
    return OK;
  }

  done(): number {
    this.isComplete = true;
    return PAUSED;
  }

  /** What lies between the last byte of body and `position`, or the end of the head and `position`. */
  noteGap(position: number): boolean {
    this.gapBytes += position - this.lastEnd;
    this.lastEnd = position;
    if (this.gapBytes <= MAX_CHUNK_LINE_BYTES) return true;
    if (this.isTrailer && this.gapBytes <= this.maxHeadBytes) return true;
    this.refuse(this.isTrailer ? 431 : 413);
    return false;
  }

  private reached(from: number, end: number, status: number): number {
    if (this.firstAt < 0) this.firstAt = from;
    this.lastEnd = end;
    return end - this.firstAt > this.maxHeadBytes ? this.refuse(status) : OK;
  }

  private refuse(status: number): number {
    this.refusal = status;
    return STOPPED_BY_US;
  }
}

export const notes = new Notes();

let instance: Llhttp | undefined;
let windowAt = 0;
let windowView: Buffer | undefined;
let loaded: Uint8Array | undefined;
let loadedFrom = 0;
let loadedTo = 0;

export function llhttp(): Llhttp {
  return (instance ??= instantiate());
}

/** Brings bytes of `chunk` from `from` on into the window; returns the address of the first. */
export function load(chunk: Uint8Array, from: number, to: number): number {
  if (chunk !== loaded || from < loadedFrom || to > loadedTo) {
    view().set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
    loaded = chunk;
    loadedFrom = from;
    loadedTo = to;
  }
  return windowAt + from - loadedFrom;
}

/** The window, in which `indexAt(address)` is where an address is. */
export function view(): Buffer {
  // Memory that grows gets a new buffer, and takes the old one's bytes away.
  if (windowView === undefined || windowView.length === 0) {
    if (windowAt === 0) windowAt = llhttp().malloc(WINDOW_BYTES);
    windowView = Buffer.from(llhttp().memory.buffer, windowAt, WINDOW_BYTES);
    loaded = undefined;
  }
  return windowView;
}

export function indexAt(address: number): number {
  return address - windowAt;
}

export function copyAt(address: number, bytes: number, into: Uint8Array, offset: number): void {
  const from = indexAt(address);
  into.set(view().subarray(from, from + bytes), offset);
}

function instantiate(): Llhttp {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
  // undici publishes the build without types.
  const wasm = createRequire(__filename)('undici/lib/llhttp/llhttp_simd-wasm.js') as Uint8Array;
  // Not destructured: a local `exports` would hide the module's own in the CommonJS build.
  const made = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
    env: {
      wasm_on_message_begin: () => OK,
      wasm_on_url: (_parser: number, at: number, bytes: number) => notes.line(at, bytes),
      wasm_on_status: (_parser: number, at: number, bytes: number) => notes.line(at, bytes),
      wasm_on_header_field: (_parser: number, at: number, bytes: number) => notes.field(at, bytes),
      wasm_on_header_value: (_parser: number, at: number, bytes: number) => notes.value(at, bytes),
      wasm_on_headers_complete: (_parser: number, status: number, upgrade: number, keepAlive: number) =>
        notes.headDone(status, upgrade === 1, keepAlive === 1),
      wasm_on_body: (_parser: number, at: number, bytes: number) => notes.body(at, bytes),
      wasm_on_message_complete: () => notes.done(),
    },
  });
  const ready = made.exports as Llhttp;
  ready._initialize();
  return ready;
}
