import { Initial1764000000001 } from './0001-initial';

/** In order. A migration that has landed is never edited. */
export const MIGRATIONS = [Initial1764000000001];
