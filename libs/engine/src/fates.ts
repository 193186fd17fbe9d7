/**
 * What a rule says of a name that has no case, of a field or a host, remembered for each spelling: senders use few, and to judge
 * one costs lower case and several look-ups.
 */
import { ownText } from './own-text';

const MAX_NAMES = 1000;

export class Fates<Fate> {
  readonly #known = new Map<string, Fate>();

  constructor(private readonly judge: (lowerName: string, name: string) => Fate) {}

  of(name: string): Fate {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const own = ownText(name);
    const fate = this.judge(own.toLowerCase(), own);
    // Whoever sends names that nobody else sends makes us forget, not grow.
    if (this.#known.size >= MAX_NAMES) this.#known.clear();
    this.#known.set(own, fate);
    return fate;
  }
}
