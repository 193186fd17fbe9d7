/** The shapes of the native surface, as its OpenAPI document describes them. Times are ISO 8601 texts. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class ProblemDocument {
  @ApiProperty({ description: 'where in the API, as a JSON pointer', example: '/routes/GET ~1pets/target' })
  path!: string;
  @ApiProperty({ example: 'NO_INTEGRATION' })
  code!: string;
  @ApiProperty()
  message!: string;
}

export class NodeDocument {
  @ApiProperty()
  nodeId!: string;
  @ApiProperty({ description: 'revision that the node serves' })
  revision!: number;
  @ApiProperty({ description: 'how many revisions it is behind' })
  lag!: number;
  @ApiProperty({ enum: ['live', 'silent'], description: 'silent: no report for 15 seconds' })
  status!: 'live' | 'silent';
  @ApiProperty()
  appliedAt!: string;
  @ApiProperty()
  startedAt!: string;
  @ApiProperty()
  seenAt!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  faults!: Readonly<Record<string, string>>;
}

export class NodesDocument {
  @ApiProperty({ description: 'revision that was published last' })
  revision!: number;
  @ApiProperty({ type: [NodeDocument] })
  items!: NodeDocument[];
}

export class NodeRolloutDocument {
  @ApiProperty()
  nodeId!: string;
  @ApiProperty()
  revision!: number;
  @ApiProperty({ description: 'the node serves this publication of the stage' })
  live!: boolean;
  @ApiPropertyOptional({ description: 'why it does not' })
  fault?: string;
}

export class CanaryDocument {
  @ApiProperty()
  deploymentId!: string;
  @ApiProperty({ description: 'share of the calls, 0 to 100' })
  percentTraffic!: number;
}

export class EndedCanaryDocument {
  @ApiProperty({ enum: ['abort', 'promote'] })
  decision!: 'abort' | 'promote';
  @ApiProperty()
  deploymentId!: string;
  @ApiProperty({ description: 'what was seen, and what was allowed' })
  reason!: string;
  @ApiProperty()
  endedAt!: string;
}

export class RolloutDocument {
  @ApiProperty()
  apiId!: string;
  @ApiProperty()
  stage!: string;
  @ApiPropertyOptional({ description: 'absent: nothing is published' })
  revision?: number;
  @ApiPropertyOptional()
  hash?: string;
  @ApiPropertyOptional()
  publishedAt?: string;
  @ApiProperty({ description: 'a change waits to be published' })
  pending!: boolean;
  @ApiProperty({ description: 'published, and every live node serves it' })
  complete!: boolean;
  @ApiPropertyOptional({ type: CanaryDocument, description: 'absent: the stage has none' })
  canary?: CanaryDocument;
  @ApiPropertyOptional({
    type: EndedCanaryDocument,
    description: 'the last canary that the options of the stage promoted or aborted',
  })
  endedCanary?: EndedCanaryDocument;
  @ApiProperty({ type: [NodeRolloutDocument] })
  nodes!: NodeRolloutDocument[];
}

export class ProblemsDocument {
  @ApiProperty({ type: [ProblemDocument] })
  items!: readonly ProblemDocument[];
}

export class DeploymentDocument {
  @ApiProperty()
  deploymentId!: string;
  @ApiProperty()
  createdAt!: string;
  @ApiPropertyOptional()
  description?: string;
  @ApiProperty()
  autoDeployed!: boolean;
  @ApiProperty({ description: 'the stage points at it now' })
  current!: boolean;
}

export class DeploymentsDocument {
  @ApiProperty({ type: [DeploymentDocument] })
  items!: DeploymentDocument[];
  @ApiPropertyOptional({ description: 'cursor of the next page' })
  next?: string;
}

export class RollbackRequest {
  @ApiPropertyOptional({ description: 'deployment to go back to; default: the one before the present' })
  deploymentId?: string;
}
