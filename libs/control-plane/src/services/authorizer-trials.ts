/**
 * TestInvokeAuthorizer: an authorizer of the draft, run as a node would run it before it is deployed (API reference,
 * "TestInvokeAuthorizer"). Its function sees the stage `ESTestInvoke-stage`, as on AWS. Nothing is kept.
 */
import { authorizerOf } from '@gatehouse/catalog';
import type { Kit } from '@gatehouse/engine';
import type { Scope } from '../storage/graph-store';
import { runTrial, type AuthorizerTrial, type AuthorizerTrialInput } from './authorizer-trial';
import type { RestApis } from './rest-apis';
import { missingApi } from './workspace';

/** How authorizers reach the world, for one trial. */
export interface TrialPorts extends Pick<Kit, 'upstream' | 'functions' | 'tokens'> {
  close(): void;
}

export class AuthorizerTrials {
  constructor(
    private readonly apis: RestApis,
    private readonly openPorts: () => TrialPorts,
  ) {}

  async run(scope: Scope, apiId: string, id: string, input: AuthorizerTrialInput): Promise<AuthorizerTrial> {
    const draft = await this.apis.draft(scope, apiId, missingApi);
    const authorizer = authorizerOf(draft, id);
    const ports = this.openPorts();
    try {
      return await runTrial({ scope, api: draft.api, authorizer, ports }, input);
    } finally {
      ports.close();
    }
  }
}
