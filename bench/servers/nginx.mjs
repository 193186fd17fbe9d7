// Configurations of nginx: as the origin, and as the reference proxy (kept-alive connections to the origin).
import { CASES } from '../traffic.mjs';

const frame = (folder, http, { workers = 1, connections = 1024 } = {}) => `
daemon off;
worker_processes ${workers};
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections ${connections}; }
http {
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 120s;
  default_type text/plain;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
${http}
}
`;

/** The answers are files, so that long ones are sent as an origin would send them. */
export function originConfig(folder, port) {
  const gets = CASES.filter(({ method }) => method === 'GET').map(({ path }) => `    location = ${path} {}`);
  return frame(
    folder,
    `  sendfile on;
  open_file_cache max=16;
  server {
    listen 127.0.0.1:${port};
    root ${folder}/files;
${gets.join('\n')}
    location = /post { return 200 "received $content_length"; }
  }`,
  );
}

/** `size`: `workers`, and `connections` of each. `isCache`: what the origin answers is kept for an hour. */
export function proxyConfig(folder, port, originPort, size, isCache = false) {
  const zone = isCache ? `  proxy_cache_path ${folder}/cache keys_zone=kept:10m inactive=1h;\n` : '';
  const cache = isCache ? 'proxy_cache kept; proxy_cache_valid 200 1h;' : '';
  return frame(
    folder,
    `${zone}  upstream origin { server 127.0.0.1:${originPort}; keepalive 128; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      ${cache}
    }
  }`,
    size,
  );
}
