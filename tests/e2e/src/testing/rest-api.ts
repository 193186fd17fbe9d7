/** A REST API made with the SDK, path by path. */
import {
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  type APIGatewayClient,
  type PutMethodCommandInput,
} from '@aws-sdk/client-api-gateway';

type Access = Omit<PutMethodCommandInput, 'restApiId' | 'resourceId' | 'httpMethod'>;

export const STAGE = 'dev';

export class RestApi {
  private readonly resources = new Map<string, string>();

  private constructor(
    private readonly client: APIGatewayClient,
    readonly id: string,
    rootResourceId: string,
  ) {
    this.resources.set('', rootResourceId);
  }

  static async create(client: APIGatewayClient, name: string): Promise<RestApi> {
    const { id = '', rootResourceId = '' } = await client.send(new CreateRestApiCommand({ name }));
    return new RestApi(client, id, rootResourceId);
  }

  /** In front of every path, once it is deployed. */
  get base(): string {
    return `/_aws/execute-api/${this.id}/${STAGE}`;
  }

  /** The id of an authorizer that asks `authorizerUri` about the header `Authorization`. */
  async tokenAuthorizer(authorizerUri: string): Promise<string> {
    const { id = '' } = await this.client.send(
      new CreateAuthorizerCommand({
        restApiId: this.id,
        name: `by ${authorizerUri}`,
        type: 'TOKEN',
        authorizerUri,
        identitySource: 'method.request.header.Authorization',
      }),
    );
    return id;
  }

  /** `path` without a leading slash; it may end in `{proxy+}`, whose value `uri` then takes. */
  async method(httpMethod: string, path: string, access: Access, uri: string): Promise<void> {
    const key = { restApiId: this.id, resourceId: await this.resource(path), httpMethod };
    const isGreedy = path.endsWith('{proxy+}');
    await this.client.send(
      new PutMethodCommand({
        ...key,
        ...access,
        ...(isGreedy && { requestParameters: { 'method.request.path.proxy': true } }),
      }),
    );
    await this.client.send(
      new PutIntegrationCommand({
        ...key,
        type: 'HTTP_PROXY',
        integrationHttpMethod: httpMethod,
        uri,
        ...(isGreedy && {
          requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        }),
      }),
    );
  }

  async deploy(): Promise<void> {
    await this.client.send(new CreateDeploymentCommand({ restApiId: this.id, stageName: STAGE }));
  }

  /** The id of a resource, made where there is none. */
  async resource(path: string): Promise<string> {
    const known = this.resources.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const parentId = await this.resource(path.slice(0, Math.max(slash, 0)));
    const { id = '' } = await this.client.send(
      new CreateResourceCommand({ restApiId: this.id, parentId, pathPart: path.slice(slash + 1) }),
    );
    this.resources.set(path, id);
    return id;
  }
}
