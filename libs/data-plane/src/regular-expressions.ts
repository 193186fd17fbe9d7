/**
 * Users write regular expressions that nodes run (identity validation, selection patterns). V8 gives up backtracking after a
 * while and goes over to its linear engine, so that no pattern and no token can hold a node. What that engine cannot run
 * (look-around, back-references) is refused when it is stored.
 */
import { setFlagsFromString } from 'node:v8';

/** Of this process, for expressions that are compiled later. */
export function boundRegularExpressions(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
