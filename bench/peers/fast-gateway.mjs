// fast-gateway (restana and fast-proxy-lite, on node:http). Its agent keeps connections alive by itself. Arguments: port,
// origin's port.
import gateway from 'fast-gateway';

const [port, originPort] = process.argv.slice(2);
const server = gateway({
  enableServicesEndpoint: false,
  routes: [
    {
      prefix: '',
      target: `http://127.0.0.1:${originPort}`,
      // Else it takes the query apart and puts it together again.
      disableQsOverwrite: true,
      proxyConfig: { maxSockets: 128, maxFreeSockets: 128 },
    },
  ],
});
await server.start(Number(port), '127.0.0.1');
