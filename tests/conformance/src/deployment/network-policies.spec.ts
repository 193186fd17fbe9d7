/** What the network policies let through, by the rules of the Kubernetes API ("Network Policies"), for pods that we name. */
import { BlockList, isIPv6 } from 'node:net';
import { podLabels, renderBase, selects, type Labels, type Manifest, type Selector } from './manifests';

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

type Policy = Manifest<{
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}>;

/** A pod of some namespace, or an address outside the cluster's own. */
type Party = { readonly labels: Labels; readonly namespace: string } | { readonly address: string };

const HOME = 'gateway-namespace';
const manifests = renderBase();
const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy') as Policy[];
const ours = (name: string): Party => {
  const deployment = manifests.find(
    (one) => one.kind === 'Deployment' && one.metadata.name === `gatehouse-${name}`,
  );
  return { labels: deployment ? podLabels(deployment) : {}, namespace: HOME };
};
const pod = (labels: Labels, namespace = HOME): Party => ({ labels, namespace });

function isWithin(cidr: string, address: string): boolean {
  const [network = '', prefix] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function matches({ podSelector, namespaceSelector, ipBlock }: Peer, party: Party): boolean {
  if ('address' in party) {
    if (!ipBlock || isIPv6(ipBlock.cidr.split('/')[0] ?? '') !== isIPv6(party.address)) return false;
    const excepted = (ipBlock.except ?? []).some((cidr) => isWithin(cidr, party.address));
    return isWithin(ipBlock.cidr, party.address) && !excepted;
  }
  if (ipBlock) return false;
  const isPlace = namespaceSelector
    ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': party.namespace })
    : party.namespace === HOME;
  return isPlace && selects(podSelector ?? {}, party.labels);
}

function passes(
  direction: 'ingress' | 'egress',
  own: Party,
  other: Party,
  port: number,
  protocol: string,
): boolean {
  if ('address' in own) throw new Error('policies select pods');
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const chosen = policies.filter(
    ({ spec }) => spec?.policyTypes.includes(type) && selects(spec.podSelector, own.labels),
  );
  if (chosen.length === 0) return true;
  return chosen
    .flatMap(({ spec }) => spec?.[direction] ?? [])
    .some(({ ports, from, to }) => {
      const isPort = ports?.some((one) => one.port === port && (one.protocol ?? 'TCP') === protocol) ?? true;
      return isPort && ((direction === 'ingress' ? from : to)?.some((peer) => matches(peer, other)) ?? true);
    });
}

const CONTROL_PLANE = ours('control-plane');
const DATA_PLANE = ours('data-plane');
const STRANGER = pod({ app: 'stranger' });
const INGRESS = pod({ app: 'ingress' }, 'ingress-nginx');
const DNS = pod({ 'k8s-app': 'kube-dns' }, 'kube-system');
const REDIS = pod({ 'app.kubernetes.io/name': 'redis' });
const POSTGRES = pod({ 'app.kubernetes.io/name': 'postgresql' });
const by = (label: string, namespace = HOME) => pod({ [`gatehouse.dev/${label}`]: 'true' }, namespace);

it.each([
  ['the ingress controller', INGRESS, 'the gateway', DATA_PLANE, 8080, true],
  ['a labelled pod of another namespace', by('gateway', 'shop'), 'the gateway', DATA_PLANE, 8080, true],
  ['a stranger', STRANGER, 'the gateway', DATA_PLANE, 8080, false],
  ['the ingress controller', INGRESS, 'the admin listener', CONTROL_PLANE, 4566, false],
  ['a data plane', DATA_PLANE, 'the admin listener', CONTROL_PLANE, 4566, false],
  ['a stranger', STRANGER, 'the admin listener', CONTROL_PLANE, 4566, false],
  ['a labelled pod', by('admin'), 'the admin listener', CONTROL_PLANE, 4566, true],
  ['a pod labelled for the gateway', by('gateway'), 'the admin listener', CONTROL_PLANE, 4566, false],
  ['a labelled pod', by('metrics', 'monitoring'), 'data-plane metrics', DATA_PLANE, 8090, true],
  ['a labelled pod', by('metrics', 'monitoring'), 'control-plane metrics', CONTROL_PLANE, 8090, true],
  ['the ingress controller', INGRESS, 'metrics', DATA_PLANE, 8090, false],
  ['an address outside', { address: '203.0.113.7' }, 'the gateway', DATA_PLANE, 8080, false],
] as const)('in: %s -> %s', (_from, from, _to, to, port, expected) => {
  expect(passes('ingress', to, from, port, 'TCP')).toBe(expected);
});

it.each([
  ['a data plane', DATA_PLANE, 'DNS', DNS, 53, 'UDP', true],
  ['a data plane', DATA_PLANE, 'DNS over TCP', DNS, 53, 'TCP', true],
  ['a data plane', DATA_PLANE, 'Redis', REDIS, 6379, 'TCP', true],
  ['a data plane', DATA_PLANE, 'PostgreSQL', POSTGRES, 5432, 'TCP', false],
  ['a data plane', DATA_PLANE, 'a public origin', { address: '203.0.113.7' }, 443, 'TCP', true],
  ['a data plane', DATA_PLANE, 'a private origin', { address: '10.1.2.3' }, 9000, 'TCP', true],
  ['a data plane', DATA_PLANE, 'a public IPv6 origin', { address: '2001:db8::7' }, 443, 'TCP', true],
  ['a data plane', DATA_PLANE, 'cloud metadata', { address: '169.254.169.254' }, 80, 'TCP', false],
  ['a data plane', DATA_PLANE, 'cloud metadata, IPv6', { address: 'fd00:ec2::254' }, 80, 'TCP', false],
  ['a data plane', DATA_PLANE, 'another cloud’s metadata', { address: '100.100.100.200' }, 80, 'TCP', false],
  ['the control plane', CONTROL_PLANE, 'DNS', DNS, 53, 'UDP', true],
  ['the control plane', CONTROL_PLANE, 'PostgreSQL', POSTGRES, 5432, 'TCP', true],
  ['the control plane', CONTROL_PLANE, 'Redis', REDIS, 6379, 'TCP', true],
  ['the control plane', CONTROL_PLANE, 'anything public', { address: '203.0.113.7' }, 443, 'TCP', false],
  ['the control plane', CONTROL_PLANE, 'cloud metadata', { address: '169.254.169.254' }, 80, 'TCP', false],
  ['the control plane', CONTROL_PLANE, 'a stranger', STRANGER, 80, 'TCP', false],
] as const)('out: %s -> %s', (_from, from, _to, to, port, protocol, expected) => {
  expect(passes('egress', from, to, port, protocol)).toBe(expected);
});

it('every pod of ours is denied by default, and no pod of another', () => {
  const denying = policies.filter(({ spec }) => !spec?.ingress && !spec?.egress);
  expect(denying).toHaveLength(1);
  for (const { spec } of denying) {
    expect([...(spec?.policyTypes ?? [])].sort()).toEqual(['Egress', 'Ingress']);
    for (const own of [CONTROL_PLANE, DATA_PLANE])
      expect('labels' in own && selects(spec?.podSelector ?? {}, own.labels)).toBe(true);
    expect(selects(spec?.podSelector ?? {}, { app: 'stranger' })).toBe(false);
  }
});
