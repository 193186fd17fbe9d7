/**
 * Running one request: request steps until one answers, reply steps always, after steps once the last byte is out.
 * Awaits only what is a promise, so a request that waits for nothing is answered in the same turn.
 */
import { GatewayError, httpFault, restFault, type Fault } from './errors';
import { faultReply } from './fault-reply';
import type { Answer, ByteChannel, Exchange, HeaderList, RepeatedFields, Reply, ReplyBody } from './exchange';
import { runSteps, type Ending } from './run-steps';

/** `early` = refused before routing. Neither throws nor rejects. */
export function run(x: Exchange, early: Fault | undefined): Answer | Promise<Answer> {
  return early === undefined ? runSteps(x, x.route.request, ANSWERED) : conclude(x, faultReply(x, early));
}

function errorReply(x: Exchange, error: unknown): Reply {
  if (!(error instanceof GatewayError)) x.kit.defects?.report(error, x.requestId);
  const known = error instanceof GatewayError ? error : new GatewayError('API_CONFIGURATION_ERROR');
  return faultReply(x, x.facts.kind === 'REST' ? restFault(known) : httpFault(known));
}

function conclude(x: Exchange, first: Reply): Answer {
  let reply = first;
  try {
    for (const step of x.route.reply) reply = step(x, reply) ?? reply;
  } catch (error) {
    first.channel?.abort();
    reply = errorReply(x, error);
  }
  x.status = reply.status;
  return new RunningAnswer(x, reply);
}

const ANSWERED: Ending<Answer> = {
  replied: conclude,
  failed: (x, error) => conclude(x, errorReply(x, error)),
};

class RunningAnswer implements Answer {
  readonly status: number;
  readonly repeated: RepeatedFields | undefined;
  readonly headers: HeaderList;
  readonly body: ReplyBody;
  readonly channel: ByteChannel | undefined;
  #finished = false;

  constructor(
    private readonly x: Exchange,
    reply: Reply,
  ) {
    this.status = reply.status;
    this.repeated = reply.repeated;
    this.headers = reply.headers;
    this.body = reply.body;
    this.channel = reply.channel;
  }

  /** The first call counts. A fault of an after step is reported, never thrown: the client has its answer. */
  finish(responseBytes: number, _complete: boolean): void {
    if (this.#finished) return;
    this.#finished = true;
    const { x } = this;
    x.responseBytes = responseBytes;
    x.latencyMs = x.kit.clock.monotonicMs() - x.startedMs;
    for (const step of x.route.after) {
      try {
        step(x);
      } catch (error) {
        x.kit.defects?.report(error, x.requestId);
      }
    }
  }
}

/** What is left to say when not even an Exchange could be made. */
export function bareFailure(): Answer {
  return {
    status: 500,
    headers: ['Content-Type', 'application/json'],
    body: '{"message":"Internal server error"}',
    finish: () => undefined,
  };
}
