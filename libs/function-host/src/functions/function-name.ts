/**
 * The forms in which the Lambda API takes a function's name: `name`, `name:qualifier`, `account:function:name` and the ARN,
 * each with or without qualifier.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
 */
import { invalidParameter } from '../lambda-fault';

export interface FunctionName {
  readonly name: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly qualifier?: string;
}

const FORM =
  /^(?:arn:aws[a-z-]*:lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([A-Za-z0-9-_]{1,64})(?::(\$LATEST|[A-Za-z0-9-_]{1,128}))?$/;

/** Throws `InvalidParameterValueException`, also where name and `qualifier` (the parameter) disagree. */
export function parseFunctionName(text: string, qualifier?: string): FunctionName {
  const match = FORM.exec(text);
  const [, region, accountId, name, own] = match ?? [];
  if (name === undefined) throw invalidParameter(`The function name is not valid: ${text.slice(0, 140)}`);
  if (own !== undefined && qualifier !== undefined && own !== qualifier) {
    throw invalidParameter(
      `The derived qualifier from the function name does not match the specified qualifier.`,
    );
  }
  const chosen = own ?? qualifier;
  return {
    name,
    ...(region !== undefined && { region }),
    ...(accountId !== undefined && { accountId }),
    ...(chosen !== undefined && { qualifier: chosen }),
  };
}

export interface FunctionPlace {
  readonly region: string;
  readonly accountId: string;
}

/** `arn:aws:lambda:{region}:{account}:function:{name}[:{qualifier}]` */
export function functionArn({ region, accountId }: FunctionPlace, name: string, qualifier?: string): string {
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}
