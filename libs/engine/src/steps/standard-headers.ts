/** The fields that every answer carries (REST: request ids and a content type; HTTP: one id). */
import { firstField } from '@gatehouse/standards';
import type { Reply } from '../exchange';
import type { ReplyStepFactory } from '../program';

export const standardHeaders: ReplyStepFactory = ({ facts }) => {
  if (facts.kind === 'HTTP') {
    return (x, { headers }) => {
      headers.push('apigw-requestid', x.requestId);
    };
  }
  return (x, reply) => {
    const { headers, channel } = reply;
    headers.push('x-amzn-RequestId', x.requestId, 'x-amz-apigw-id', x.extendedRequestId);
    if (channel === undefined && !hasContentType(reply)) headers.push('Content-Type', 'application/json');
  };
};

function hasContentType({ repeated, headers }: Reply): boolean {
  if (repeated !== undefined && firstField(repeated.list, 'content-type') !== undefined) return true;
  return firstField(headers, 'content-type') !== undefined;
}
