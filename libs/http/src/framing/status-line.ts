/**
 * The end of a status line, which our llhttp build takes for CR CR as for CR LF. RFC 9112 2.2: a CR alone ends nothing; others
 * would read the next field as part of this line.
 */
const CR = 13;
const LF = 10;

type Place = 'before' | 'within' | 'behind CR' | 'read';

export class StatusLine {
  private place: Place = 'before';

  get isRead(): boolean {
    return this.place === 'read';
  }

  /** Goes on with the bytes from `from` to `to`. `false` = the line ends wrongly. */
  follow(chunk: Uint8Array, from: number, to: number): boolean {
    for (let i = from; i < to && this.place !== 'read'; i++) {
      const byte = chunk[i];
      if (this.place === 'behind CR') {
        if (byte !== LF) return false;
        this.place = 'read';
      } else if (this.place === 'within') {
        if (byte === CR) this.place = 'behind CR';
        // llhttp passes over empty lines.
      } else if (byte !== CR && byte !== LF) this.place = 'within';
    }
    return true;
  }

  /** For the next message. */
  restart(): void {
    this.place = 'before';
  }
}
