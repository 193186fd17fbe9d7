/**
 * Mapping templates by media type. There is no template language yet: a template without `$` and `#` says the same for
 * every request and is used as it stands; any other is a problem of its route.
 */
import { firstAccepted, mediaTypeOf } from '@gatehouse/standards';
import type { PassthroughBehavior } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { Exchange } from '../exchange';
import type { RoutePlan } from '../program';
import { pointer } from './problem-path';

export type Templates = ReadonlyMap<string, string>;

const DEFAULT_TYPE = 'application/json';

export function constantTemplates(
  plan: RoutePlan,
  member: string,
  templates: Readonly<Record<string, string>>,
): Templates {
  const constants = new Map<string, string>();
  for (const [type, text] of Object.entries(templates)) {
    if (/[$#]/.test(text)) {
      plan.problem(
        'UNSUPPORTED_TEMPLATE',
        member + pointer(type),
        'templates with $ or # are not supported yet',
      );
    }
    constants.set(type === '$default' ? type : (mediaTypeOf(type) ?? type), text);
  }
  return constants;
}

/** Request template for this Content-Type; `undefined` = the body passes as it is. */
export function requestTemplate(
  x: Exchange,
  templates: Templates,
  passthrough: PassthroughBehavior,
): string | undefined {
  const type = mediaTypeOf(x.fields.contentType) ?? DEFAULT_TYPE;
  const template = templates.get(type) ?? templates.get('$default');
  if (template !== undefined) return template;
  const isRefused = passthrough === 'NEVER' || (passthrough === 'WHEN_NO_TEMPLATES' && templates.size > 0);
  if (isRefused) throw new GatewayError('UNSUPPORTED_MEDIA_TYPE');
  return undefined;
}

/** Response template for this Accept, with its media type; else JSON's, else the first. */
export function responseTemplate<T>(
  x: Exchange,
  templates: ReadonlyMap<string, T>,
): { readonly type: string; readonly template: T } | undefined {
  if (templates.size === 0) return undefined;
  const accepted = firstAccepted(x.fields.accept) ?? DEFAULT_TYPE;
  for (const type of [accepted, DEFAULT_TYPE]) {
    const template = templates.get(type);
    if (template !== undefined) return { type, template };
  }
  for (const [type, template] of templates)
    return { type: type === '$default' ? DEFAULT_TYPE : type, template };
  return undefined;
}
