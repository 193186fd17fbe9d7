/** What the terminal shows after a start: addresses, where the credentials are, and three commands to paste. */
import { relative } from 'node:path';
import { format, schemeOf } from '@gatehouse/platform';
import type { Running } from './start';

export function welcome(running: Running): string {
  const admin = `http${running.config.adminTls ? 's' : ''}://${format(running.admin)}`;
  const gateway = `${schemeOf(running.config)}://${format(running.gateway)}`;
  const file = (path: string): string => relative(process.cwd(), path) || path;
  const target = running.demo?.originUrl ?? 'http://127.0.0.1:9000';
  return `
Gatehouse is ready.

  admin (AWS API, native API)   ${admin}
  gateway                       ${gateway}
  health, metrics               http://${format(running.management)}
${running.functions ? `  functions (Lambda API)        http://${format(running.functions)}\n` : ''}  credentials                   ${file(running.credentialsFile)}
${running.demo ? demoLines(running.demo, gateway) : ''}
Paste, one after the other:

  export AWS_SHARED_CREDENTIALS_FILE=${file(running.credentialsFile)} AWS_ENDPOINT_URL=${admin} AWS_REGION=${running.config.region}; API=$(aws apigatewayv2 create-api --name hello --protocol-type HTTP --target ${target} --query ApiId --output text); aws apigatewayv2 update-stage --api-id $API --stage-name '$default' --access-log-settings Format='$context.requestId $context.httpMethod $context.path $context.status' --query StageName

  curl -i ${gateway}/_aws/execute-api/$API/hello

  tail -n 1 ${file(running.accessLogFile)}
`;
}

function demoLines(demo: NonNullable<Running['demo']>, gateway: string): string {
  return `  demo HTTP API                 curl -i ${gateway}/_aws/execute-api/${demo.httpApiId}/hello
  demo REST API                 curl -i ${gateway}/_aws/execute-api/${demo.restApiId}/${demo.restStage}/hello
`;
}
