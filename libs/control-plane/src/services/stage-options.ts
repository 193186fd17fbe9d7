/** Options of a stage beyond AWS, for both kinds of API. */
import { badRequest, readStageOptions, type StageOptions } from '@gatehouse/catalog';
import type { Scope } from '../storage/graph-store';
import type { HttpStages } from './http-stages';
import type { RestStages } from './rest-stages';
import type { Rollouts } from './rollouts';

export class StageOptionsService {
  constructor(
    private readonly rollouts: Rollouts,
    private readonly restStages: RestStages,
    private readonly httpStages: HttpStages,
  ) {}

  async get(scope: Scope, apiId: string, stage: string): Promise<StageOptions> {
    const { options = {} } = await (await this.stagesOf(scope, apiId, stage)).getStage(scope, apiId, stage);
    return options;
  }

  /** Replaces the whole document, and publishes the stage. */
  async put(
    scope: Scope,
    apiId: string,
    stage: string,
    document: Readonly<Record<string, unknown>>,
  ): Promise<StageOptions> {
    const options = readStageOptions(document);
    const stages = await this.stagesOf(scope, apiId, stage);
    if (options.canary !== undefined && stages === this.httpStages)
      throw badRequest('Stages of HTTP APIs have no canary');
    await stages.editStage(scope, apiId, stage, (edited) => void (edited.options = options));
    return options;
  }

  private async stagesOf(scope: Scope, apiId: string, stage: string): Promise<RestStages | HttpStages> {
    return (await this.rollouts.kindOf(scope, apiId, stage)) === 'REST' ? this.restStages : this.httpStages;
  }
}
