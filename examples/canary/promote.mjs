// Makes the canary of the stage `dev` of the REST API given as the argument its deployment for everybody.
import { APIGatewayClient, UpdateStageCommand } from '@aws-sdk/client-api-gateway';

await new APIGatewayClient().send(
  new UpdateStageCommand({
    restApiId: process.argv[2],
    stageName: 'dev',
    patchOperations: [
      { op: 'copy', from: '/canarySettings/deploymentId', path: '/deploymentId' },
      { op: 'copy', from: '/canarySettings/stageVariableOverrides', path: '/variables' },
      { op: 'remove', path: '/canarySettings' },
    ],
  }),
);
