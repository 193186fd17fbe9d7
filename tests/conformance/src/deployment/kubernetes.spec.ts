/** The manifests under k8s/, checked without a cluster. What an API server or a CNI would find beyond that is not found here. */
import { readConfig } from '@gatehouse/platform';
import {
  podLabels,
  render,
  renderBase,
  selects,
  type Container,
  type Deployment,
  type Labels,
  type Manifest,
  type PodSpec,
  type Selector,
} from './manifests';
import { unknownMembers, validationErrors } from './model-errors';
import { read, unknownSettingsIn } from './repository';

const HASH = /-[a-z0-9]{10}$/;
const { by, manifests } = render('k8s/overlays/example');
const ofKind = (kind: string): readonly Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
/** Of a generated map the name goes on with a hash. */
function named<T extends Manifest = Manifest>(kind: string, name: string): T {
  const found = ofKind(kind).find(
    ({ metadata }) => metadata.name.replace(HASH, '') === name || metadata.name === name,
  );
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found as T;
}
const deployments = (ofKind('Deployment') as Deployment[]).map((one) => [one.metadata.name, one] as const);
const controlPlane = named<Deployment>('Deployment', 'gatehouse-control-plane');
const dataPlane = named<Deployment>('Deployment', 'gatehouse-data-plane');

function podOf(deployment: Deployment): PodSpec {
  if (!deployment.spec) throw new Error(`${deployment.metadata.name} has no spec`);
  return deployment.spec.template.spec;
}

function onlyContainer(deployment: Deployment): Container {
  const [container, ...others] = podOf(deployment).containers;
  if (!container || others.length > 0) throw new Error(`${deployment.metadata.name} has not one container`);
  return container;
}

/** What the container would read: the maps of the overlay, and a stand-in for each secret of the guide. */
function environmentOf(deployment: Deployment): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { configMapRef } of onlyContainer(deployment).envFrom)
    if (configMapRef) Object.assign(environment, named('ConfigMap', configMapRef.name).data);
  return environment;
}

type Service = Manifest<{
  readonly selector: Labels;
  readonly ports: readonly { readonly targetPort: string }[];
}>;
type Autoscaler = Manifest<{
  readonly scaleTargetRef: object;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly { readonly resource: { readonly name: string } }[];
}>;
type Budget = Manifest<{ readonly selector: Selector; readonly maxUnavailable: number }>;

describe('the manifests', () => {
  it('are of the kinds that we mean to ship', () => {
    const kinds = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name.replace(HASH, '')}`);
    const expected = [
      'ConfigMap/gatehouse-control-plane',
      'ConfigMap/gatehouse-data-plane',
      'Deployment/gatehouse-control-plane',
      'Deployment/gatehouse-data-plane',
      'HorizontalPodAutoscaler/gatehouse-data-plane',
      ...(by === 'kustomize' ? ['Ingress/gatehouse'] : []),
      'NetworkPolicy/gatehouse-control-plane',
      'NetworkPolicy/gatehouse-data-plane',
      'NetworkPolicy/gatehouse-deny-all',
      'NetworkPolicy/gatehouse-shared',
      'PodDisruptionBudget/gatehouse-data-plane',
      'Service/gatehouse-control-plane',
      'Service/gatehouse-data-plane',
      'ServiceAccount/gatehouse',
    ];
    expect(kinds.sort()).toEqual(expected);
  });

  it('are valid by the models of the Kubernetes API, with no member that the models lack', () => {
    expect(validationErrors(manifests)).toEqual([]);
    expect(unknownMembers(manifests)).toEqual([]);
  });

  it('would not be with a wrong value or a misspelt member', () => {
    const broken = structuredClone(dataPlane);
    Object.assign(podOf(broken), { terminationGracePeriodSeconds: 'long' });
    expect(validationErrors([broken])).not.toEqual([]);
    const misspelt = structuredClone(dataPlane);
    Object.assign(onlyContainer(misspelt), { livenesProbe: {} });
    expect(validationErrors([misspelt])).toEqual([]);
    expect(unknownMembers([misspelt])).not.toEqual([]);
  });

  it('hold no secret and name no namespace in the base', () => {
    expect(ofKind('Secret')).toEqual([]);
    expect(renderBase().filter(({ metadata }) => metadata.namespace !== undefined)).toEqual([]);
  });

  it('name no setting that Gatehouse does not know', () => {
    const files = ['base', 'overlays/example'].map((folder) => read(`k8s/${folder}/kustomization.yaml`));
    expect(unknownSettingsIn(JSON.stringify(manifests) + files.join('\n'))).toEqual([]);
    expect(unknownSettingsIn('- GATEHOUSE_DRAIN_SECOND=1')).toEqual(['GATEHOUSE_DRAIN_SECOND']);
  });

  it('are rendered by ourselves as kustomize does, so that a machine without kubectl checks the same', () => {
    const ownBase = renderBase().map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    const rendered = manifests
      .filter(({ kind }) => kind !== 'Ingress')
      .map(({ kind, metadata }) => `${kind}/${metadata.name.replace(HASH, '')}`);
    expect(ownBase.sort()).toEqual(rendered.sort());
    const own = renderBase().find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === dataPlane.metadata.name,
    );
    expect(own && podLabels(own)).toEqual(podLabels(dataPlane));
  });
});

describe.each(deployments)('%s', (_name, deployment) => {
  const pod = podOf(deployment);

  it('runs without root, privileges, a writable root and an API token', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65534,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(onlyContainer(deployment).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(named('ServiceAccount', pod.serviceAccountName)).toMatchObject({
      automountServiceAccountToken: false,
    });
    expect([pod.hostNetwork, pod.hostPID, pod.hostIPC]).toEqual([undefined, undefined, undefined]);
  });

  it('is probed on the management listener, which is bound where the kubelet can reach it', () => {
    const { livenessProbe, readinessProbe, ports } = onlyContainer(deployment);
    expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'management' });
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'management' });
    const { managementListen } = readConfig(environmentOf(deployment));
    expect(managementListen.host).toBe('0.0.0.0');
    expect(ports).toContainEqual({ name: 'management', containerPort: managementListen.port });
  });

  it('listens where its ports say', () => {
    const config = readConfig(environmentOf(deployment));
    const [first] = onlyContainer(deployment).ports;
    expect(['admin', 'gateway']).toContain(first?.name);
    const listen = first?.name === 'admin' ? config.adminListen : config.gatewayListen;
    expect(listen).toEqual({ host: '0.0.0.0', port: first?.containerPort });
  });

  it('is given longer to end than its preStop and its drain take', () => {
    const { preStop } = onlyContainer(deployment).lifecycle;
    const { drainSeconds } = readConfig(environmentOf(deployment));
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drainSeconds + preStop.sleep.seconds);
  });

  it('says what it needs, and has a bound on memory', () => {
    const { requests, limits } = onlyContainer(deployment).resources;
    expect([requests.cpu, requests.memory, limits.memory]).not.toContain(undefined);
    expect(limits.cpu).toBeUndefined();
  });

  it('is spread over nodes by its own labels', () => {
    const keys = pod.topologySpreadConstraints.map((one) => one.topologyKey);
    expect(keys).toContain('kubernetes.io/hostname');
    for (const { labelSelector } of pod.topologySpreadConstraints)
      expect(selects(labelSelector, podLabels(deployment))).toBe(true);
  });

  it('is selected by itself and by its service', () => {
    expect(selects(deployment.spec?.selector ?? {}, podLabels(deployment))).toBe(true);
    const service = named<Service>('Service', deployment.metadata.name);
    expect(selects({ matchLabels: service.spec?.selector ?? {} }, podLabels(deployment))).toBe(true);
    const names = onlyContainer(deployment).ports.map(({ name }) => name);
    for (const { targetPort } of service.spec?.ports ?? []) expect(names).toContain(targetPort);
  });

  it('takes secrets and keys that the guide says how to make', () => {
    const guide = read('docs/guide/kubernetes.md');
    const { envFrom, volumeMounts } = onlyContainer(deployment);
    const secrets = [
      ...envFrom.flatMap((one) => one.secretRef?.name ?? []),
      ...pod.volumes.flatMap((one) => one.secret?.secretName ?? []),
    ];
    expect(secrets.length).toBeGreaterThan(0);
    for (const name of secrets) expect(guide).toMatch(new RegExp(`create secret (generic|tls) ${name}\\b`));
    const mounted = new Set(volumeMounts.map(({ name }) => name));
    expect(pod.volumes.map(({ name }) => name).sort()).toEqual([...mounted].sort());
  });

  it('reads its key files from mounts', () => {
    const config = readConfig(environmentOf(deployment));
    const paths = onlyContainer(deployment).volumeMounts.map(({ mountPath }) => mountPath);
    const files = [
      config.snapshotPublicKeyFile,
      ...(deployment === controlPlane ? [config.signingKeyFile, config.masterKeyFile] : []),
    ];
    for (const file of files) expect(paths).toContain(file.slice(0, file.lastIndexOf('/')));
  });
});

describe('the control plane', () => {
  it('listens off loopback with TLS only', () => {
    expect(readConfig(environmentOf(controlPlane)).adminTls).toBeDefined();
    expect(JSON.stringify(manifests)).not.toContain('GATEHOUSE_ADMIN_ALLOW_INSECURE');
  });

  it('alone has the signing key and the database', () => {
    const text = JSON.stringify(dataPlane);
    for (const name of ['gatehouse-control-plane-keys', 'gatehouse-database', 'gatehouse-admin']) {
      expect(text).not.toContain(name);
      expect(JSON.stringify(controlPlane)).toContain(name);
    }
  });
});

describe('the data plane', () => {
  const { spec: scaler } = named<Autoscaler>('HorizontalPodAutoscaler', 'gatehouse-data-plane');
  const { spec: budget } = named<Budget>('PodDisruptionBudget', 'gatehouse-data-plane');
  const least = scaler?.minReplicas ?? 0;

  it('is scaled by the autoscaler alone, and never to one', () => {
    const { apiVersion, kind, metadata } = dataPlane;
    expect(scaler?.scaleTargetRef).toEqual({ apiVersion, kind, name: metadata.name });
    expect(least).toBeGreaterThanOrEqual(2);
    expect(scaler?.maxReplicas).toBeGreaterThan(least);
    expect(dataPlane.spec?.replicas).toBeUndefined();
  });

  it('takes its share of limits by the number that there always is, in the base as well', () => {
    expect(readConfig(environmentOf(dataPlane)).expectedNodes).toBe(least);
    const inBase = (kind: string): Manifest | undefined =>
      renderBase().find((one) => one.kind === kind && one.metadata.name === dataPlane.metadata.name);
    const settings = inBase('ConfigMap')?.data ?? {};
    const { spec } = inBase('HorizontalPodAutoscaler') as Autoscaler;
    expect(readConfig(settings).expectedNodes).toBe(spec?.minReplicas);
  });

  it('asks for the resource by whose use it is scaled, in the base as well', () => {
    const [metric] = scaler?.metrics ?? [];
    const isNamesake = ({ kind, metadata }: Manifest) =>
      kind === 'Deployment' && metadata.name === dataPlane.metadata.name;
    const inBase = renderBase().find(isNamesake) as Deployment;
    for (const one of [dataPlane, inBase])
      expect(onlyContainer(one).resources.requests).toHaveProperty(metric?.resource.name ?? '?');
  });

  it('is protected by a budget that selects its pods and no others, and leaves room for a drain', () => {
    expect(selects(budget?.selector ?? {}, podLabels(dataPlane))).toBe(true);
    expect(selects(budget?.selector ?? {}, podLabels(controlPlane))).toBe(false);
    expect(budget?.maxUnavailable).toBeGreaterThan(0);
    expect(budget?.maxUnavailable).toBeLessThan(least);
  });
});
