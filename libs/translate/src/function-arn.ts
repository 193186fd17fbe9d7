/**
 * The function that an integration or authorizer URI names: its ARN by itself, or inside the path of Lambda's Invoke
 * (`arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations`). Either may hold stage variables, and AWS
 * minds no second slash behind `path`.
 */
const INVOKE_PATH =
  /^arn:[a-z-]+:apigateway:[a-z0-9-]+:lambda:path\/+2015-03-31\/functions\/(.+)\/invocations$/;
const FUNCTION = /^arn:[a-z-]+:lambda:.+:function:.+$/;

/** `undefined` = it names none. */
export function functionArnIn(uri: string | undefined): string | undefined {
  const arn = INVOKE_PATH.exec(uri ?? '')?.[1] ?? uri;
  return arn !== undefined && FUNCTION.test(arn) ? arn : undefined;
}
