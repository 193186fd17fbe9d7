import { functionArnIn } from './function-arn';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const invoking = (path: string) => `arn:aws:apigateway:us-east-1:lambda:${path}`;

it.each([
  [invoking(`path/2015-03-31/functions/${ARN}/invocations`), ARN],
  [invoking(`path//2015-03-31/functions/${ARN}/invocations`), ARN],
  [
    invoking(`path/2015-03-31/functions/${ARN}:\${stageVariables.v}/invocations`),
    `${ARN}:\${stageVariables.v}`,
  ],
  [ARN, ARN],
])('%s names %s', (uri, arn) => expect(functionArnIn(uri)).toBe(arn));

it.each([
  [undefined],
  ['https://a.example/'],
  [invoking(`path/2014-11-13/functions/${ARN}/invocations`)],
  [invoking(`path/2015-03-31/functions/${ARN}`)],
  [invoking('path/2015-03-31/functions/f/invocations')],
])('%s names none', (uri) => expect(functionArnIn(uri)).toBeUndefined());
