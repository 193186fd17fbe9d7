/**
 * The management listener: `/healthz` (the process runs), `/readyz` (every role can do its work), `/metrics`. It answers
 * from memory only: an outage of a database must not restart a fleet.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { Address } from '../config/config';
import { listenOn } from '../listener';

/** One role's state, as the process that hosts it tells. */
export interface Probe {
  readonly role: string;
  /** Why the role cannot do its work now; nothing when it can. */
  ready(): string | undefined;
  /** Prometheus text, each line ended. */
  metrics?(): string;
}

export interface ManagementServer {
  readonly address: Address;
  stop(): Promise<void>;
}

export async function startManagementServer(
  listen: Address,
  probes: readonly Probe[],
): Promise<ManagementServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD')
      answerJson(response, 405, { message: 'Method Not Allowed' });
    else answer(response, path ?? '', probes);
  });
  server.headersTimeout = 5000;
  server.keepAliveTimeout = 75_000;
  server.maxConnections = 256;
  const address = await listenOn(server, listen, 'GATEHOUSE_MANAGEMENT_LISTEN');
  return {
    address,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, path: string, probes: readonly Probe[]): void {
  switch (path) {
    case '/healthz':
      return answerJson(response, 200, { alive: true });
    case '/readyz':
      return answerReadiness(response, probes);
    case '/metrics':
      return answerText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', metricsOf(probes));
    default:
      return answerJson(response, 404, { message: 'Not Found' });
  }
}

function answerReadiness(response: ServerResponse, probes: readonly Probe[]): void {
  const roles = probes.map((probe) => ({ role: probe.role, reason: probe.ready() }));
  const reasons = roles.flatMap(({ role, reason }) => (reason === undefined ? [] : [`${role}: ${reason}`]));
  const ready = reasons.length === 0;
  const states = Object.fromEntries(roles.map(({ role, reason }) => [role, reason ?? 'ready']));
  answerJson(response, ready ? 200 : 503, { ready, reasons, roles: states });
}

function metricsOf(probes: readonly Probe[]): string {
  return probes.map((probe) => probe.metrics?.() ?? '').join('');
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  answerText(response, status, 'application/json', `${JSON.stringify(body)}\n`);
}

function answerText(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
