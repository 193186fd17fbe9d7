// @fastify/http-proxy (undici). Arguments: port, origin's port.
import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';

const [port, originPort] = process.argv.slice(2);
const server = fastify({ logger: false });
await server.register(httpProxy, {
  upstream: `http://127.0.0.1:${originPort}`,
  undici: { connections: 128, pipelining: 1, keepAliveTimeout: 60_000 },
});
await server.listen({ port: Number(port), host: '127.0.0.1' });
