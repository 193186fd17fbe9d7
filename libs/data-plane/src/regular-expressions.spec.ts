import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { typeScriptArguments } from '@gatehouse/platform/testing';

/** In a process of its own, since the flag is the process's, and so that it can be ended. */
it.each(['(a+)+', '(a|a)*', '(\\w+\\s?)*', '([a-z]+)*b', '(x*a+)+y'])(
  'no pattern holds a node, whatever the text: %s',
  async (pattern) => {
    const program = typeScriptArguments(join(__dirname, 'testing', 'match-at-length.ts'), pattern);
    const { stdout } = await promisify(execFile)(process.execPath, program, { timeout: 20_000 });
    expect(stdout).toBe('false');
  },
);
