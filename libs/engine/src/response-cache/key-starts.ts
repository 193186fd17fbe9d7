/**
 * How keys begin: a hash, so that what callers sent, their credentials too, is not kept for longer than it is asked for; the texts
 * that were hashed last are remembered, since popular ones come again and again.
 */
import { hash } from 'node:crypto';

const MAX_CHARACTERS = 1_000_000;

export class KeyStarts {
  readonly #known = new Map<string, string>();
  #characters = 0;

  /** 43 characters of base64url. */
  of(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const start = hash('sha256', text, 'base64url');
    this.#characters += text.length;
    if (this.#characters > MAX_CHARACTERS) {
      this.#known.clear();
      this.#characters = text.length;
    }
    this.#known.set(text, start);
    return start;
  }
}
