/** Values of HTTP API parameter mappings as readers: pieces of text and variables, compiled once, joined per request. */
import { allFields, textOfField, type HttpValue, type HttpVariable } from '@gatehouse/standards';
import { contextReader } from '../context';
import type { Exchange } from '../exchange';
import type { RoutePlan } from '../program';
import { encodeText } from '../query';
import { legalText } from './uri';

export interface ValueReader {
  /** As text; `undefined` = a variable found nothing. */
  read(x: Exchange): string | undefined;
  /** As part of a path: escapes of the request's own path stay. */
  readPath(x: Exchange): string | undefined;
}

interface Piece {
  readonly isPathText: boolean;
  readonly read: (x: Exchange) => string | undefined;
}

/** `undefined` = reads a body, which no step does yet. */
export function valueReader(
  value: HttpValue,
  plan: RoutePlan,
  side: 'request' | 'response',
): ValueReader | undefined {
  const pieces: Piece[] = [];
  for (const part of value) {
    const piece =
      typeof part === 'string' ? { isPathText: true, read: () => part } : variableReader(part, plan, side);
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  return {
    read: (x) => join(pieces, x, (text) => text),
    readPath: (x) =>
      join(pieces, x, (text, { isPathText }) => (isPathText ? pathText(text) : encodeText(text))),
  };
}

function pathText(text: string): string {
  return legalText(text.replace(/[?#]/g, encodeURIComponent));
}

function join(
  pieces: readonly Piece[],
  x: Exchange,
  escape: (text: string, piece: Piece) => string,
): string | undefined {
  let joined = '';
  for (const piece of pieces) {
    const text = piece.read(x);
    if (text === undefined) return undefined;
    joined += escape(text, piece);
  }
  return joined;
}

function variableReader(
  variable: HttpVariable,
  plan: RoutePlan,
  side: 'request' | 'response',
): Piece | undefined {
  switch (variable.from) {
    case 'body':
      return undefined;
    case 'wholePath':
      return { isPathText: true, read: (x) => x.path };
    case 'path': {
      const index = plan.variables.indexOf(variable.name);
      return { isPathText: true, read: (x) => x.params[index] };
    }
    case 'querystring':
      return sent((x) => x.query.get(variable.name)?.join(','));
    case 'header':
      return sent(headerReader(variable.name.toLowerCase(), side));
    case 'stageVariable': {
      const value = plan.facts.stageVariables.get(variable.name);
      return { isPathText: true, read: () => value };
    }
    case 'context': {
      const reader = contextReader(variable.name);
      return sent((x) => reader?.(x));
    }
  }
}

function sent(read: (x: Exchange) => string | undefined): Piece {
  return { isPathText: false, read };
}

function headerReader(lowerName: string, side: 'request' | 'response'): (x: Exchange) => string | undefined {
  return (x) => {
    const headers = side === 'request' ? x.request.headers : (x.upstream?.headers ?? []);
    const values = allFields(headers, lowerName);
    return values.length === 0 ? undefined : textOfField(values.join(','));
  };
}
