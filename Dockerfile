# One image for every role; the command chooses which. Build: docker build -t gatehouse .
#   control plane (default)   node apps/control-plane/dist/main.js
#   data plane                node --use-largepages=silent --v8-pool-size=1 apps/data-plane/dist/main.js
#   functions                 node apps/function-host/dist/main.js   (Node.js and custom runtimes: no Python is inside)
#   all roles, one process    node apps/gatehouse/dist/main.js start   (needs DATABASE_URL: no PostgreSQL is inside)
ARG NODE_IMAGE=node:24-bookworm-slim

# The manifests alone, so that the layers of `npm ci` stay valid until one of them changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /source
COPY . .
RUN mkdir /manifests \
  && find package.json package-lock.json .npmrc apps libs tests tools -name node_modules -prune \
       -o \( -name package.json -o -name package-lock.json -o -name .npmrc \) -exec cp --parents {} /manifests/ \;

# Compiler and Nx are native packages that npm lists as optional, so the build stage leaves nothing out.
FROM ${NODE_IMAGE} AS build
WORKDIR /source
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build \
  && mkdir /built \
  && find apps libs -name node_modules -prune -o -path '*/dist/*' \( -name '*.js' -o -name '*.js.map' \) \
       -exec cp --parents {} /built/ \; \
  && cp --parents libs/function-host/bootstrap/* /built/

# What runs: no compiler, no tests, no embedded PostgreSQL, no second Node.
FROM ${NODE_IMAGE} AS production
WORKDIR /app
COPY --from=manifests /manifests ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production \
    GATEHOUSE_DATA_DIR=/var/lib/gatehouse
# Volumes that are made from these folders belong to the user below.
RUN install -d -o 65534 -g 65534 -m 0700 /var/lib/gatehouse /var/lib/gatehouse-keys
WORKDIR /app
COPY --from=production /app ./
COPY --from=build /built ./
USER 65534:65534
EXPOSE 4566 8080 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "const port = (process.env.GATEHOUSE_MANAGEMENT_LISTEN || ':8090').split(':').pop(); fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Every app handles SIGTERM itself, so Node may be process 1.
ENTRYPOINT []
CMD ["node", "apps/control-plane/dist/main.js"]
