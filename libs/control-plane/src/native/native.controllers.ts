/** The native surface `/admin/v1`: what AWS has no call for. Thin translations onto the services. */
import { AwsError } from '@gatehouse/aws-wire';
import { Controller, Get, HttpCode, Inject, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { AdminRequest } from '../security/admin-request';
import type { Services } from '../services';
import type { FleetNode } from '../services/fleet';
import { pageOf } from '../services/pages';
import type { Publication } from '../services/rollouts';
import { SERVICES } from '../tokens';
import {
  DeploymentDocument,
  DeploymentsDocument,
  NodeRolloutDocument,
  NodesDocument,
  ProblemsDocument,
  RollbackRequest,
  RolloutDocument,
} from './documents';
import { bodyOf, callerOf, pageRequest } from './request';
import { StageOptionsDocument } from './stage-options.document';

@ApiTags('fleet')
@ApiBearerAuth()
@Controller('admin/v1/nodes')
export class NodesController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get()
  @ApiOperation({ summary: 'Data-plane nodes with their revision and lag' })
  @ApiOkResponse({ type: NodesDocument })
  async list(): Promise<NodesDocument> {
    const { fleet } = this.services;
    return { revision: await fleet.revision(), items: await fleet.nodes() };
  }
}

@ApiTags('stages')
@ApiBearerAuth()
@Controller('admin/v1/apis/:apiId/stages/:stage')
export class StagesController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @Get('rollout')
  @ApiOperation({ summary: 'What is published for the stage, and which nodes serve it' })
  @ApiOkResponse({ type: RolloutDocument })
  async rollout(
    @Req() request: AdminRequest,
    @Param('apiId') apiId: string,
    @Param('stage') stage: string,
  ): Promise<RolloutDocument> {
    const publication = await this.services.rollouts.publication(callerOf(request), apiId, stage);
    const nodes = (await this.services.fleet.nodes()).filter(({ status }) => status === 'live');
    return describeRollout(apiId, stage, publication, nodes);
  }

  @Get('problems')
  @ApiOperation({ summary: 'Faults of the published stage: routes that answer 500, and why' })
  @ApiOkResponse({ type: ProblemsDocument })
  async problems(
    @Req() request: AdminRequest,
    @Param('apiId') apiId: string,
    @Param('stage') stage: string,
  ): Promise<ProblemsDocument> {
    return { items: (await this.services.rollouts.publication(callerOf(request), apiId, stage)).problems };
  }

  @Get('deployments')
  @ApiOperation({ summary: 'Deployments that the stage can go to, newest first' })
  @ApiQuery({ name: 'cursor', required: false })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 500, default 25' })
  @ApiOkResponse({ type: DeploymentsDocument })
  async deployments(
    @Req() request: AdminRequest,
    @Param('apiId') apiId: string,
    @Param('stage') stage: string,
    @Query('cursor') cursor?: string,
    @Query('limit') limit?: string,
  ): Promise<DeploymentsDocument> {
    const all = await this.services.rollouts.history(callerOf(request), apiId, stage);
    const page = pageOf(all, ({ deploymentId }) => deploymentId, pageRequest(cursor, limit));
    return { items: [...page.items], ...(page.next !== undefined && { next: page.next }) };
  }

  @Get('options')
  @ApiOperation({ summary: 'What the stage does beyond AWS' })
  @ApiOkResponse({ type: StageOptionsDocument })
  options(
    @Req() request: AdminRequest,
    @Param('apiId') apiId: string,
    @Param('stage') stage: string,
  ): Promise<StageOptionsDocument> {
    return this.services.stageOptions.get(callerOf(request), apiId, stage);
  }

  @Put('options')
  @ApiOperation({ summary: 'Replace the options; they are published without a deployment' })
  @ApiBody({ type: StageOptionsDocument })
  @ApiOkResponse({ type: StageOptionsDocument })
  putOptions(
    @Req() request: AdminRequest,
    @Param('apiId') apiId: string,
    @Param('stage') stage: string,
  ): Promise<StageOptionsDocument> {
    return this.services.stageOptions.put(callerOf(request), apiId, stage, bodyOf(request));
  }

  @Post('rollback')
  @HttpCode(200)
  @ApiOperation({ summary: 'Point the stage at an earlier deployment' })
  @ApiBody({ type: RollbackRequest, required: false })
  @ApiOkResponse({ type: DeploymentDocument })
  rollback(
    @Req() request: AdminRequest,
    @Param('apiId') apiId: string,
    @Param('stage') stage: string,
  ): Promise<DeploymentDocument> {
    const { deploymentId } = bodyOf(request);
    if (deploymentId !== undefined && typeof deploymentId !== 'string') {
      throw AwsError.badRequest('deploymentId must be text');
    }
    return this.services.rollouts.rollback(callerOf(request), apiId, stage, deploymentId);
  }
}

function describeRollout(
  apiId: string,
  stage: string,
  publication: Publication,
  nodes: readonly FleetNode[],
): RolloutDocument {
  const { problems: _problems, ...published } = publication;
  const described = nodes.map((node) => describeNode(node, `${apiId}/${stage}`, publication.revision));
  const complete =
    publication.revision !== undefined && !publication.pending && described.every(({ live }) => live);
  return { apiId, stage, ...published, complete, nodes: described };
}

function describeNode(node: FleetNode, key: string, revision: number | undefined): NodeRolloutDocument {
  const fault = node.faults[key];
  const live = revision !== undefined && node.revision >= revision && fault === undefined;
  return { nodeId: node.nodeId, revision: node.revision, live, ...(fault !== undefined && { fault }) };
}
