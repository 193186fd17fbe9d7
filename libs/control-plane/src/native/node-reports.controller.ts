/** Node reports over Nest's Redis transport. In one process the feed hands them over directly. */
import { isCanaryReport, NODE_REPORT_PATTERN, type NodeReport } from '@gatehouse/platform';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Services } from '../services';
import { SERVICES } from '../tokens';

@ApiExcludeController()
@Controller()
export class NodeReportsController {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  @EventPattern(NODE_REPORT_PATTERN)
  async report(@Payload() message: unknown): Promise<void> {
    if (isReport(message)) await this.services.takeReport(message);
  }
}

function isReport(message: unknown): message is NodeReport {
  const report = message as Partial<NodeReport> | null;
  const numbers = [report?.revision, report?.appliedAt, report?.startedAt];
  return (
    typeof report?.nodeId === 'string' &&
    report.nodeId.length <= 256 &&
    numbers.every((value) => typeof value === 'number' && Number.isFinite(value)) &&
    typeof report.faults === 'object' &&
    Object.values(report.canaries ?? {}).every(isCanaryReport)
  );
}
