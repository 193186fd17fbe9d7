/** A service that authorizers ask by their URL: what it was asked is kept, what it says is the test's. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Question {
  readonly methodArn?: string;
  /** TOKEN authorizers of REST APIs. */
  readonly authorizationToken?: string;
  /** HTTP APIs. */
  readonly identitySource?: readonly string[];
}

export interface Authority {
  readonly url: string;
  readonly asked: Question[];
  /** Ends the answer when it likes, or never. */
  say: (question: Question, answer: ServerResponse) => void;
  stop(): Promise<void>;
}

export async function startAuthority(say: Authority['say']): Promise<Authority> {
  const server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const question = JSON.parse(Buffer.concat(chunks).toString()) as Question;
      authority.asked.push(question);
      authority.say(question, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority: Authority = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: [],
    say,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return authority;
}

/** Who asks, whichever kind of API it is. */
export function tokenIn({ authorizationToken, identitySource }: Question): string {
  return authorizationToken ?? identitySource?.join() ?? '';
}

/** A result that says `Effect` of `Resource`. */
export function policyOf(Effect: string, Resource: string, principalId = 'ann') {
  const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource }];
  return { principalId, policyDocument: { Version: '2012-10-17', Statement } };
}
