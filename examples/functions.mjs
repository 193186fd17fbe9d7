// Functions of the examples, by the Lambda API at AWS_ENDPOINT_URL_LAMBDA; with the package @aws-sdk/client-lambda these are
// CreateFunctionCommand and AddPermissionCommand.
import { fileURLToPath } from 'node:url';
import { signedFetch } from './signed-fetch.mjs';

const FUNCTIONS = `${process.env.AWS_ENDPOINT_URL_LAMBDA}/2015-03-31/functions`;
const CONFLICT = 409;

async function post(address, input) {
  const answer = await signedFetch('lambda', address, { method: 'POST', body: JSON.stringify(input) });
  if (!answer.ok && answer.status !== CONFLICT) throw new Error(await answer.text());
}

/** Runs the code in that folder in place, so that a change there counts at once. Returns the function's ARN. */
export async function createFunction(name, folder) {
  await post(FUNCTIONS, {
    FunctionName: name,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/any',
    Code: { S3Bucket: 'hot-reload', S3Key: fileURLToPath(folder) },
  });
  const { Configuration } = await (await signedFetch('lambda', `${FUNCTIONS}/${name}`)).json();
  return Configuration.FunctionArn;
}

/** The function may be called by that API: for its routes, and for its authorizers. */
export function allowApi(functionArn, apiId) {
  const [, , , region, account, , name] = functionArn.split(':');
  return post(`${FUNCTIONS}/${name}/policy`, {
    StatementId: apiId,
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: `arn:aws:execute-api:${region}:${account}:${apiId}/*`,
  });
}

/** How integrations and authorizers name a function. */
export function invocationUri(functionArn) {
  const region = functionArn.split(':')[3];
  return `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
}
