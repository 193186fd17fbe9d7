/**
 * The Kubernetes manifests as a cluster would get them: `kubectl kustomize`, or where there is no kubectl, the base's own
 * files with its common labels and generated maps put in by us, said loudly.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { read, root } from './repository';

export type Labels = Readonly<Record<string, string>>;

/** As much of a manifest as the specs look at; the models check the rest. */
export interface Manifest<Spec = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; labels?: Labels };
  readonly spec?: Spec;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Selector {
  readonly matchLabels?: Labels;
}

export interface Container {
  readonly envFrom: readonly { readonly configMapRef?: Named; readonly secretRef?: Named }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Named {
  readonly name: string;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly topologySpreadConstraints: readonly {
    readonly topologyKey: string;
    readonly labelSelector: Selector;
  }[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

export type Deployment = Manifest<{
  readonly replicas?: number;
  readonly selector: Selector;
  readonly template: { readonly metadata: { labels: Labels }; readonly spec: PodSpec };
}>;

export const podLabels = (deployment: Manifest): Labels =>
  (deployment as Deployment).spec?.template.metadata.labels ?? {};

export const selects = ({ matchLabels = {} }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([name, value]) => labels[name] === value);

interface Kustomization {
  readonly resources: readonly string[];
  readonly labels: readonly { readonly pairs: Labels }[];
  readonly configMapGenerator: readonly { readonly name: string; readonly literals: readonly string[] }[];
}

export interface Rendered {
  readonly by: 'kustomize' | 'ourselves';
  readonly manifests: readonly Manifest[];
}

export function render(overlay: string): Rendered {
  const run = spawnSync('kubectl', ['kustomize', join(root, overlay)], { encoding: 'utf8' });
  if (run.error === undefined) {
    if (run.status !== 0) throw new Error(`kubectl kustomize ${overlay}: ${run.stderr}`);
    return { by: 'kustomize', manifests: documents(run.stdout) };
  }
  process.stderr.write(`\nNOT RUN, no kubectl on the PATH: kustomize ${overlay}; only k8s/base was read\n`);
  return { by: 'ourselves', manifests: renderBase() };
}

/** What kustomize makes of the base, without its overlays and hash suffixes. */
export function renderBase(): Manifest[] {
  const { resources, labels, configMapGenerator } = parse(
    read('k8s/base/kustomization.yaml'),
  ) as Kustomization;
  const common = Object.assign({}, ...labels.map(({ pairs }) => pairs)) as Labels;
  const maps = configMapGenerator.map(({ name, literals }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: Object.fromEntries(literals.map((literal) => literal.split(/=(.*)/s).slice(0, 2))) as Labels,
  }));
  const all: Manifest[] = [...resources.flatMap((file) => documents(read(`k8s/base/${file}`))), ...maps];
  for (const manifest of all) {
    manifest.metadata.labels = { ...manifest.metadata.labels, ...common };
    const pod = (manifest as Deployment).spec?.template;
    if (pod) pod.metadata.labels = { ...pod.metadata.labels, ...common };
  }
  return all;
}

/** Each document on its own, so that anchors stay within it. */
function documents(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0] ?? new Error('not YAML');
    return document.toJS() as Manifest;
  });
}
