/**
 * Ends canaries by themselves, where their stage's options ask for it. Nodes judge nothing: they report what they count, and this
 * decides once for all of them. Every control plane hears every report; the first to hold the API's lock decides.
 */
import {
  describeCalls,
  endCanary,
  judgeCanary,
  type CanaryOptions,
  type Judgement,
  type RestStage,
} from '@gatehouse/catalog';
import type { CanaryReport, NodeReport } from '@gatehouse/platform';
import { ApiRow, StageRow } from '../storage/entities';
import { CanaryWindow } from './canary-window';
import type { RestStages } from './rest-stages';
import type { Workspace } from './workspace';

export class CanaryWatch {
  /** By `{apiId}/{stage}`. Lost with the process: the window then begins anew. */
  private readonly windows = new Map<string, CanaryWindow>();

  constructor(
    private readonly workspace: Workspace,
    private readonly restStages: RestStages,
    private readonly now: () => number = Date.now,
  ) {}

  async take({ canaries = {} }: NodeReport): Promise<void> {
    for (const [place, report] of Object.entries(canaries)) await this.takeOne(place, report);
  }

  private async takeOne(place: string, report: CanaryReport): Promise<void> {
    const [apiId = '', name = ''] = place.split('/');
    const { manager } = this.workspace.database;
    const row = await manager.findOneBy(StageRow, { apiId, name });
    const stage = row?.document as RestStage | undefined;
    const options = stage?.options?.canary;
    if (!stage || !isEndedByItself(options)) return void this.windows.delete(place);
    // Late counts of a canary that is gone.
    if (stage.canarySettings?.deploymentId !== report.deploymentId) return;
    const window = this.windowOf(place, stage, options);
    window.add(report, this.now());
    const judgement = judge(options, window, this.now());
    if (judgement) await this.end(apiId, name, report.deploymentId, judgement);
  }

  /** A change of the stage or of its options begins a new one. */
  private windowOf(place: string, stage: RestStage, options: CanaryOptions): CanaryWindow {
    const settings = JSON.stringify([stage.canarySettings, options, stage.lastUpdatedDate]);
    const known = this.windows.get(place);
    const now = this.now();
    const window = known?.settings === settings ? known : new CanaryWindow(settings, now);
    this.windows.set(place, window);
    window.forgetBefore(now - 1000 * longest(options));
    return window;
  }

  private async end(apiId: string, name: string, deploymentId: string, judgement: Judgement): Promise<void> {
    const api = await this.workspace.database.manager.findOneBy(ApiRow, { id: apiId });
    if (!api) return;
    this.windows.delete(`${apiId}/${name}`);
    await this.restStages.editStage(api, apiId, name, (stage, { now }) => {
      // Somebody else may have been faster.
      if (stage.canarySettings?.deploymentId === deploymentId) endCanary(stage, judgement, now);
    });
  }
}

function isEndedByItself(options: CanaryOptions | undefined): options is CanaryOptions {
  return options?.autoAbort !== undefined || options?.autoPromote !== undefined;
}

function longest({ autoAbort, autoPromote }: CanaryOptions): number {
  return Math.max(autoAbort?.windowSeconds ?? 0, autoPromote?.windowSeconds ?? 0);
}

function judge(options: CanaryOptions, window: CanaryWindow, now: number): Judgement | undefined {
  const judgement = judgeCanary(options, {
    watchedSeconds: window.watchedSeconds(now),
    canaryIn: (seconds) => window.seen('canary', seconds, now),
  });
  const base = window.seen('base', longest(options), now);
  return (
    judgement && { ...judgement, reason: `${judgement.reason}; the stage itself: ${describeCalls(base)}` }
  );
}
