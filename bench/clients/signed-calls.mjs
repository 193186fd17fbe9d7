// One signed call after another over a kept-alive connection, each timed as its caller sees it.
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { quantile, rounded } from '../statistics.mjs';

// Resolved from a lib that depends on it, since the bench is no workspace.
const { signSigV4 } = createRequire(import.meta.resolve('../../libs/function-host/package.json'))(
  '@gatehouse/standards',
);

export class SignedCalls {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(port, key) {
    this.port = port;
    this.key = key;
  }

  /** Resolves with status, body and the milliseconds from the first byte sent to the last one received. */
  call(method, path, body) {
    const { headers, bytes } = this.#signed(method, path, body);
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const options = { host: '127.0.0.1', port: this.port, agent: this.#agent, method, path, headers };
      const sent = request(options, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, text, ms: performance.now() - began }));
      });
      sent.on('error', reject);
      sent.end(bytes);
    });
  }

  /** Quantiles over `count` calls that must all be answered with what was sent. */
  async measure(path, count) {
    const times = [];
    for (let i = 0; i < count; i++) {
      const { status, text, ms } = await this.call('POST', path, { i });
      if (status !== 200 || text !== `{"i":${i}}`) throw new Error(`call ${i}: ${status} ${text}`);
      times.push(ms);
    }
    times.sort((a, b) => a - b);
    const at = (share) => rounded(quantile(times, share), 3);
    return { calls: count, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99) };
  }

  close() {
    this.#agent.destroy();
  }

  #signed(method, path, body) {
    const bytes = Buffer.from(JSON.stringify(body));
    const plain = new Map([['host', `127.0.0.1:${this.port}`]]);
    const headers = signSigV4(
      { method, path, query: '', headers: plain, body: bytes },
      { ...this.key, region: 'us-east-1', service: 'lambda', date: new Date() },
    );
    return { headers: { ...Object.fromEntries(headers), 'content-length': bytes.length }, bytes };
  }
}
