/** An HTTP API made with the SDK, route by route; each change is live by itself. */
import {
  CreateApiCommand,
  CreateAuthorizerCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  type ApiGatewayV2Client,
  type CreateAuthorizerCommandInput,
  type CreateRouteCommandInput,
} from '@aws-sdk/client-apigatewayv2';

type Access = Pick<CreateRouteCommandInput, 'AuthorizationType' | 'AuthorizerId' | 'AuthorizationScopes'>;

export class HttpApi {
  private constructor(
    private readonly client: ApiGatewayV2Client,
    readonly id: string,
  ) {}

  static async create(client: ApiGatewayV2Client, Name: string): Promise<HttpApi> {
    const { ApiId = '' } = await client.send(new CreateApiCommand({ Name, ProtocolType: 'HTTP' }));
    await client.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
    return new HttpApi(client, ApiId);
  }

  /** In front of every path. */
  get base(): string {
    return `/_aws/execute-api/${this.id}`;
  }

  /** The id of an authorizer that asks `AuthorizerUri` about headers and wants `isAuthorized` of it. */
  functionAuthorizer(AuthorizerUri: string, ...headers: string[]): Promise<string> {
    return this.authorizer({
      Name: `by ${AuthorizerUri}`,
      AuthorizerType: 'REQUEST',
      AuthorizerUri,
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: headers.map((header) => `$request.header.${header}`),
      AuthorizerResultTtlInSeconds: 300,
    });
  }

  async authorizer(input: Omit<CreateAuthorizerCommandInput, 'ApiId'>): Promise<string> {
    const { AuthorizerId = '' } = await this.client.send(
      new CreateAuthorizerCommand({ ...input, ApiId: this.id }),
    );
    return AuthorizerId;
  }

  async route(
    RouteKey: string,
    access: Access,
    IntegrationUri: string,
    RequestParameters?: Record<string, string>,
  ): Promise<void> {
    const { IntegrationId = '' } = await this.client.send(
      new CreateIntegrationCommand({
        ApiId: this.id,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'ANY',
        PayloadFormatVersion: '1.0',
        IntegrationUri,
        ...(RequestParameters && { RequestParameters }),
      }),
    );
    const Target = `integrations/${IntegrationId}`;
    await this.client.send(new CreateRouteCommand({ ApiId: this.id, RouteKey, Target, ...access }));
  }
}
