/** Starts the control plane: database, publisher, admin listener. All roles in one process, or this one alone. */
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import {
  configuredFunctions,
  listenFault,
  loadOrCreateSigningKey,
  OidcTokens,
  reasonOf,
  Sealer,
  SocketUpstream,
  type Address,
  type Config,
  type Feed,
  type FunctionSettings,
  type Logger,
  type MeterStore,
  type NodeReport,
  type Probe,
} from '@gatehouse/platform';
import { takeMeters } from '@gatehouse/platform/redis-meters';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { AwsSurface } from './aws/dispatch';
import { awsOperations } from './aws/operations';
import { DatabaseWatch } from './database-watch';
import { describeNative, OpenApiDocument } from './native/openapi.controller';
import { startPublishLoop, type PublishLoop } from './publish/publish-loop';
import { Publisher } from './publish/publisher';
import { AdminGuard } from './security/admin-guard';
import { Credentials } from './security/credentials';
import { rawBody } from './security/raw-body';
import { createServices, type Services } from './services';
import type { TrialPorts } from './services/authorizer-trials';
import { openDatabase } from './storage/data-source';

export interface ControlPlaneOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly feed: Feed;
  readonly logger: Logger;
  /** How clients reach an API, with `{apiId}`; asked for at each creation, as the gateway's port may be chosen late. */
  readonly endpointUrl: () => string;
  /** Where authorizers' functions are, for TestInvokeAuthorizer. Default: as `config` says. */
  readonly functions?: () => FunctionSettings;
  /** What no authorizer by URL may call, for TestInvokeAuthorizer, beside the admin listener. */
  readonly ownAddresses?: () => Iterable<Address>;
}

export interface ControlPlane {
  readonly address: Address;
  /** For other listeners of the same process that the same keys open. */
  credentialOf(accessKeyId: string): { readonly secret: string; readonly accountId: string } | undefined;
  /** What a node in the same process reports. */
  record(report: NodeReport): Promise<void>;
  /** For nodes in the same process, or behind a channel of it: adds up what they meter. */
  readonly meters: MeterStore;
  /** For the management listener. */
  readonly probe: Probe;
  stop(): Promise<void>;
}

export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { config, feed, logger } = options;
  const database = await openDatabase(options.databaseUrl);
  const sealer = Sealer.loadOrCreate(config.masterKeyFile);
  const credentials = new Credentials(database, sealer, config.region);
  await credentials.ensureFirst(config);
  const signingKey = loadOrCreateSigningKey(config.signingKeyFile, config.snapshotPublicKeyFile);
  const publisher = new Publisher(database, feed, signingKey, sealer);
  const loop = startPublishLoop(publisher, logger, config.redisUrl);
  const admin = { ...config.adminListen };
  const nodeSealer = Sealer.loadOrCreate(config.nodeKeyFile);
  const services = createServices({
    database,
    sealer,
    nodeSealer,
    wakePublisher: () => loop.wake(),
    endpointUrl: options.endpointUrl,
    openTrialPorts: () => trialPorts(options, admin),
  });
  const app = await startAdmin(options, services, credentials);
  const { redisUrl: url } = config;
  const stopMetering =
    url === undefined
      ? async () => undefined
      : takeMeters(services.usageRollup, { url, logger, sealer: nodeSealer });
  const watch = new DatabaseWatch(services);
  await firstPublication(publisher, logger);
  admin.port = (app.getHttpServer().address() as { port: number }).port;
  return {
    address: admin,
    credentialOf: (accessKeyId) => credentials.find(accessKeyId),
    record: (report) => services.takeReport(report),
    meters: services.usageRollup,
    probe: { role: 'control-plane', ready: () => watch.ready() },
    stop: async () => {
      watch.stop();
      await stopMetering();
      await stopAll(app, loop, () => database.destroy());
    },
  };
}

/** As a node reaches them. No authorizer by URL leads back to our own listeners. */
function trialPorts(
  { config, logger, functions, ownAddresses = () => [] }: ControlPlaneOptions,
  admin: Address,
): TrialPorts {
  const onDefect = (error: unknown): void => logger.error('a defect of a trial', { reason: reasonOf(error) });
  const upstream = new SocketUpstream({
    privateOrigins: config.privateOrigins,
    ownAddresses: () => [admin, ...ownAddresses()],
    onDefect,
  });
  const configured = configuredFunctions(functions?.() ?? config, onDefect);
  return {
    upstream,
    functions: configured,
    tokens: new OidcTokens({ upstream }),
    close: () => {
      upstream.close();
      configured.close();
    },
  };
}

/** What was published before must be in the feed when nodes ask; a feed that is away is met by the beat. */
async function firstPublication(publisher: Publisher, logger: Logger): Promise<void> {
  await publisher.reconcile().catch(() => logger.warn('the feed is out of reach; snapshots will follow'));
}

async function startAdmin(
  { config, logger }: ControlPlaneOptions,
  services: Services,
  credentials: Credentials,
): Promise<NestExpressApplication> {
  const { adminListen, adminAllowedHosts, adminAllowedOrigins, adminTls, region } = config;
  const guard = new AdminGuard({
    credentials,
    region,
    allowedHosts: [adminListen.host, ...adminAllowedHosts],
    allowedOrigins: adminAllowedOrigins,
  });
  const surface = new AwsSurface(awsOperations(services));
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.of({ services, surface, guard, logger }),
    {
      bodyParser: false,
      logger: false,
      abortOnError: false,
      ...(adminTls && {
        httpsOptions: { cert: readFileSync(adminTls.certFile), key: readFileSync(adminTls.keyFile) },
      }),
    },
  );
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(rawBody);
  app.get(OpenApiDocument).current = describeNative(app);
  if (config.redisUrl !== undefined) await hearNodes(app, config.redisUrl, logger);
  await app.listen(adminListen.port, adminListen.host).catch((error: Error) => {
    throw listenFault(error, adminListen, 'GATEHOUSE_ADMIN_LISTEN');
  });
  return app;
}

/** Reports are a convenience: a Redis that is away delays them and stops nothing. */
async function hearNodes(app: NestExpressApplication, redisUrl: string, logger: Logger): Promise<void> {
  const url = new URL(redisUrl);
  app.connectMicroservice({
    transport: Transport.REDIS,
    options: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 6379),
      ...(url.username && { username: decodeURIComponent(url.username) }),
      ...(url.password && { password: decodeURIComponent(url.password) }),
      ...(url.protocol === 'rediss:' && { tls: {} }),
      retryAttempts: Number.MAX_SAFE_INTEGER,
      retryDelay: 1000,
    },
  });
  void app.startAllMicroservices().catch(() => logger.warn('node reports over Redis are not heard yet'));
}

async function stopAll(
  app: NestExpressApplication,
  loop: PublishLoop,
  closeDatabase: () => Promise<void>,
): Promise<void> {
  app.getHttpServer().closeIdleConnections();
  await app.close();
  await loop.stop();
  await closeDatabase();
}
