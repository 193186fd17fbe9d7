/** The fields that every answer carries (REST: request ids and a content type; HTTP: one id). */
import { firstField } from '@gatehouse/standards';
import type { ReplyStepFactory } from '../program';

export const standardHeaders: ReplyStepFactory = ({ facts }) => {
  if (facts.kind === 'HTTP') {
    return (x, { headers }) => {
      headers.push('apigw-requestid', x.requestId);
    };
  }
  return (x, { headers, channel }) => {
    headers.push('x-amzn-RequestId', x.requestId, 'x-amz-apigw-id', x.extendedRequestId);
    if (channel === undefined && firstField(headers, 'content-type') === undefined)
      headers.push('Content-Type', 'application/json');
  };
};
