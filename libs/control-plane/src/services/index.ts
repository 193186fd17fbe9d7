/** All services over one workspace. Both surfaces, AWS and native, are thin translations onto these. */
import type { NodeReport, Sealer } from '@gatehouse/platform';
import type { DataSource } from 'typeorm';
import { Accounts } from './accounts';
import { ApiKeys } from './api-keys';
import { AuthorizerTrials, type TrialPorts } from './authorizer-trials';
import { CanaryWatch } from './canary-watch';
import { Fleet } from './fleet';
import { HttpApis } from './http-apis';
import { HttpStages } from './http-stages';
import { PriceBooks } from './price-books';
import { RestApis } from './rest-apis';
import { RestStages } from './rest-stages';
import { Rollouts } from './rollouts';
import { StageOptionsService } from './stage-options';
import { Statements } from './statements';
import { Tags } from './tags';
import { UsagePlans } from './usage-plans';
import { UsageService } from './usage';
import { UsageRollup } from './usage-rollup';
import { Users } from './users';
import { Workspace } from './workspace';

export interface ServiceOptions {
  readonly database: DataSource;
  readonly sealer: Sealer;
  /** Seals what nodes open. */
  readonly nodeSealer: Sealer;
  readonly wakePublisher: () => void;
  readonly openTrialPorts: () => TrialPorts;
  /** How clients reach an API; holds `{apiId}`. */
  readonly endpointUrl: () => string;
}

export interface Services {
  readonly restApis: RestApis;
  readonly authorizerTrials: AuthorizerTrials;
  readonly restStages: RestStages;
  readonly httpApis: HttpApis;
  readonly httpStages: HttpStages;
  readonly tags: Tags;
  readonly accounts: Accounts;
  readonly apiKeys: ApiKeys;
  readonly usagePlans: UsagePlans;
  readonly usage: UsageService;
  /** Where nodes' metering goes. */
  readonly usageRollup: UsageRollup;
  readonly priceBooks: PriceBooks;
  readonly statements: Statements;
  readonly users: Users;
  readonly fleet: Fleet;
  readonly rollouts: Rollouts;
  readonly stageOptions: StageOptionsService;
  /** What nodes tell of themselves. */
  takeReport(report: NodeReport): Promise<void>;
}

export function createServices(options: ServiceOptions): Services {
  const { database, sealer, nodeSealer, wakePublisher, endpointUrl } = options;
  const workspace = new Workspace(database, wakePublisher);
  const httpStages = new HttpStages(workspace);
  const restStages = new RestStages(workspace);
  const apiKeys = new ApiKeys(workspace, sealer);
  const rollouts = new Rollouts(workspace, restStages, httpStages);
  const restApis = new RestApis(workspace);
  const fleet = new Fleet(database);
  const priceBooks = new PriceBooks(workspace);
  const canaries = new CanaryWatch(workspace, restStages);
  return {
    restApis,
    authorizerTrials: new AuthorizerTrials(restApis, options.openTrialPorts),
    restStages,
    httpApis: new HttpApis(workspace, httpStages, endpointUrl),
    httpStages,
    tags: new Tags(workspace),
    accounts: new Accounts(workspace),
    apiKeys,
    usagePlans: new UsagePlans(workspace, apiKeys),
    usage: new UsageService(workspace),
    usageRollup: new UsageRollup(database),
    priceBooks,
    statements: new Statements(workspace, priceBooks),
    users: new Users(workspace, nodeSealer),
    fleet,
    rollouts,
    stageOptions: new StageOptionsService(rollouts, restStages, httpStages),
    takeReport: async (report) => {
      await fleet.record(report);
      await canaries.take(report);
    },
  };
}
