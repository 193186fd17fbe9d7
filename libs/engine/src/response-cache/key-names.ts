/**
 * Keys of the response cache by what they stand for. A key is a hash, so that what callers sent, their credentials too, is in no
 * store; the texts that were hashed last are remembered, since popular ones come again and again.
 */
import { hash } from 'node:crypto';
import { PathBudget } from './plain-keys';

const MAX_CHARACTERS = 1_000_000;

export class KeyNames {
  readonly #known = new Map<string, string>();
  readonly paths = new PathBudget();
  #characters = 0;

  /** 43 characters of base64url. */
  of(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const name = hash('sha256', text, 'base64url');
    this.#characters += text.length;
    if (this.#characters > MAX_CHARACTERS) {
      this.#known.clear();
      this.#characters = text.length;
    }
    this.#known.set(text, name);
    return name;
  }
}
