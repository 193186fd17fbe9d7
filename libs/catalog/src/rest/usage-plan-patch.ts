/** What UpdateUsagePlan may change. Its refusals list the paths of the operation, with AWS's names for what varies. */
import { badRequest } from '../fault';
import { pointer, requirePaths, type PatchOperation } from '../patch/operation';
import { notListed } from '../patch/table';
import {
  addStage,
  readApiStage,
  removeStage,
  requireSoundPlan,
  stageOf,
  type QuotaSettings,
  type ThrottleSettings,
  type UsagePlan,
} from './usage-plans';

interface Entry {
  readonly path: string;
  /** The path with what varies; its groups are the keys. Default: `path` itself. */
  readonly form?: RegExp;
  readonly ops: readonly string[];
  readonly apply: (plan: UsagePlan, operation: PatchOperation, keys: readonly string[]) => void;
}

const SET = ['add', 'replace'];
const STAGE = '/apiStages/<apidId:stageName>/throttle';
const METHOD = `${STAGE}/<resourcePath>/<httpMethod>`;
const STAGE_FORM = '^/apiStages/([^/]+)/throttle';

function text(member: 'name' | 'description' | 'productCode', ops: readonly string[]): Entry {
  return {
    path: `/${member}`,
    ops,
    apply: (plan, { op, value = '' }) => {
      if (member === 'name') plan.name = value;
      else if (op !== 'remove' && value !== '') plan[member] = value;
      else delete plan[member];
    },
  };
}

function limit(member: 'rateLimit' | 'burstLimit'): Entry {
  return {
    path: `/throttle/${member}`,
    ops: SET,
    apply: (plan, { value }) => void (plan.throttle = { ...plan.throttle, [member]: numberIn(value) }),
  };
}

function quota(member: 'limit' | 'offset' | 'period'): Entry {
  return {
    path: `/quota/${member}`,
    ops: SET,
    apply: (plan, { value = '' }) => {
      const known: QuotaSettings = plan.quota ?? { limit: NaN, offset: 0, period: '' };
      plan.quota = { ...known, [member]: member === 'period' ? value : numberIn(value) };
    },
  };
}

function methodLimit(member: 'rateLimit' | 'burstLimit'): Entry {
  return {
    path: `${METHOD}/${member}`,
    form: new RegExp(`${STAGE_FORM}/(.+)/${member}$`),
    ops: SET,
    apply: (plan, { value }, [stage = '', method = '']) => {
      const { throttle = {}, set } = methodsOf(plan, stage);
      const key = methodKey(method);
      const known = Object.hasOwn(throttle, key) ? throttle[key] : {};
      set([...others(throttle, key), [key, { ...known, [member]: numberIn(value) }]]);
    },
  };
}

function removeMethod(
  plan: UsagePlan,
  _operation: PatchOperation,
  [stage = '', method = '']: readonly string[],
): void {
  const { throttle = {}, set } = methodsOf(plan, stage);
  const key = methodKey(method);
  if (!Object.hasOwn(throttle, key)) throw badRequest(`Invalid method ${key} specified`);
  set(others(throttle, key));
}

function patchStages(plan: UsagePlan, operation: PatchOperation): void {
  const stage = readApiStage(operation);
  if (operation.op === 'add') addStage(plan, stage);
  else removeStage(plan, stage);
}

const ENTRIES: readonly Entry[] = [
  text('name', ['replace']),
  text('description', ['replace']),
  { path: '/apiStages', ops: ['add', 'remove'], apply: patchStages },
  { path: '/quota', ops: ['remove'], apply: (plan) => void delete plan.quota },
  { path: '/throttle', ops: ['remove'], apply: (plan) => void delete plan.throttle },
  text('productCode', ['add', 'replace', 'remove']),
  limit('rateLimit'),
  limit('burstLimit'),
  quota('limit'),
  quota('offset'),
  quota('period'),
  methodLimit('rateLimit'),
  methodLimit('burstLimit'),
  { path: METHOD, form: new RegExp(`${STAGE_FORM}/(.+)$`), ops: ['remove'], apply: removeMethod },
  {
    path: STAGE,
    form: new RegExp(`${STAGE_FORM}$`),
    ops: ['remove'],
    apply: (plan, _operation, [stage = '']) =>
      void delete stageOf(plan, readApiStage({ value: stage })).throttle,
  },
];

/** Changes `plan` in place. */
export function updateUsagePlan(plan: UsagePlan, operations: readonly PatchOperation[]): void {
  requirePaths(operations);
  for (const operation of operations) {
    const found = ENTRIES.filter(({ ops }) => ops.includes(operation.op)).find((entry) =>
      matches(entry, operation),
    );
    if (!found) throw notListed(ENTRIES, operation);
    found.apply(plan, operation, (found.form?.exec(operation.path) ?? []).slice(1));
  }
  requireSoundPlan(plan);
}

function matches({ path, form }: Entry, operation: PatchOperation): boolean {
  return form ? form.test(operation.path) : operation.path === path;
}

/** What is no number is refused by the check of the whole plan. */
function numberIn(text: string | undefined): number {
  return text ? Number(text) : NaN;
}

/** The resource's path may come in one escaped token, or with plain slashes as Terraform sends it. */
function methodKey(path: string): string {
  const key = pointer(`/${path}`).join('/');
  return key.startsWith('/') ? key : `/${key}`;
}

type Methods = [string, ThrottleSettings | undefined][];

function others(throttle: Readonly<Record<string, ThrottleSettings>>, key: string): Methods {
  return Object.entries(throttle).filter(([known]) => known !== key);
}

function methodsOf(plan: UsagePlan, key: string) {
  const stage = stageOf(plan, readApiStage({ value: key }));
  return {
    throttle: stage.throttle,
    set: (methods: Methods): void => {
      if (methods.length > 0)
        stage.throttle = Object.fromEntries(methods) as Record<string, ThrottleSettings>;
      else delete stage.throttle;
    },
  };
}
