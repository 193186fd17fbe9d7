/** `gatehouse start`: all roles on embedded defaults. */
import '@gatehouse/platform/node-version';
import { availableParallelism } from 'node:os';
import { ConfigError, createLogger, readConfig, reasonOf } from '@gatehouse/platform';
import { startGatehouse } from './start';
import { welcome } from './welcome';

const USAGE = `usage: gatehouse start [--no-demo] [--single-process]

  start              run control plane, data plane and embedded PostgreSQL, traffic in one process per core
  --no-demo          do not make the demo APIs and their echo origin
  --single-process   carry traffic in the process that does the rest, too

Settings are environment variables; docs/reference/settings.md lists them.`;

const FLAGS = ['--no-demo', '--single-process'];

async function main(args: readonly string[]): Promise<void> {
  const [command, ...flags] = args;
  const unknown = flags.filter((flag) => !FLAGS.includes(flag));
  if (command !== 'start' || unknown.length > 0) {
    console.error(USAGE);
    process.exit(command === '--help' || command === '-h' ? 0 : 2);
  }
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const running = await startGatehouse({
    config,
    logger,
    environment: process.env,
    demo: !flags.includes('--no-demo'),
    workers: flags.includes('--single-process') ? 1 : (config.workers ?? availableParallelism()),
  });
  console.log(welcome(running));
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info('stopping', { signal });
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error('did not stop cleanly', { reason: reasonOf(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
