// HAProxy as a proxy: one thread, kept-alive connections on both sides, nothing logged.
export const haproxyConfig = (port, originPort) => `
global
  nbthread 1
  maxconn 1024
defaults
  mode http
  timeout connect 5s
  timeout client 120s
  timeout server 30s
  timeout http-keep-alive 120s
  option http-keep-alive
  http-reuse always
frontend measured
  bind 127.0.0.1:${port}
  default_backend origin
backend origin
  server origin 127.0.0.1:${originPort} pool-max-conn 128
`;
