/**
 * Bodies of gateway responses: text with `$context.x`, `$stageVariables.x` and `method.request.{header|path|querystring}.x`
 * (developer guide, "Gateway responses in API Gateway": variables are filled in, there is no template language). A variable
 * without a value leaves nothing.
 * DIFFERS: bodies of gateway responses; values are escaped for the body's media type, so no client writes markup into it.
 */
import { parseRestRequestSource } from '@gatehouse/standards';
import type { Exchange } from '../exchange';
import { requestReader, type Reader, type StageVariables } from './request-reader';

export type BodyTemplate = (x: Exchange) => string;

const OF_REQUEST = String.raw`method\.request\.(?:header|path|querystring)\.[A-Za-z0-9_-]+`;
const OF_STAGE = String.raw`(?:context|stageVariables)\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*`;
const VARIABLE = new RegExp(
  String.raw`\$\{(${OF_STAGE}|${OF_REQUEST})\}|\$(${OF_STAGE})|\$?(${OF_REQUEST})`,
  'g',
);

export function compileBody(mediaType: string, text: string, stageVariables: StageVariables): BodyTemplate {
  const escapes = escapesOf(mediaType);
  const pieces: (string | Reader)[] = [];
  let from = 0;
  for (const found of text.matchAll(VARIABLE)) {
    const name = found[1] ?? found[2] ?? found[3] ?? '';
    pieces.push(text.slice(from, found.index), variable(name, escapes, stageVariables));
    from = found.index + found[0].length;
  }
  pieces.push(text.slice(from));
  return (x) => pieces.map((piece) => (typeof piece === 'string' ? piece : (piece(x) ?? ''))).join('');
}

function variable(name: string, escapes: Escapes, stageVariables: StageVariables): Reader {
  const expression = parseRestRequestSource(name);
  const read = expression && requestReader(expression, stageVariables);
  const escape = name === 'context.error.messageString' ? escapes.quoted : escapes.plain;
  return (x) => {
    const value = read?.(x);
    return value === undefined ? undefined : escape(value);
  };
}

type Escape = (text: string) => string;

interface Escapes {
  readonly plain: Escape;
  /** For the one value that stands in quotes of its own. */
  readonly quoted: Escape;
}

const asItIs: Escape = (text) => text;
const inJson: Escape = (text) => JSON.stringify(text).slice(1, -1);
const inMarkup: Escape = (text) => text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
const inAttribute: Escape = (text) => inMarkup(text).replace(/["']/g, (mark) => `&#${mark.charCodeAt(0)};`);

function escapesOf(mediaType: string): Escapes {
  if (/json/i.test(mediaType)) return { plain: inJson, quoted: asItIs };
  if (/xml|html/i.test(mediaType)) return { plain: inAttribute, quoted: inMarkup };
  return { plain: asItIs, quoted: asItIs };
}
