// Opens connections, asks once on each, and holds them. Argument: JSON (port, host, path, answerFile, count, source).
// Prints `{"open", "wrong"}`, waits for a line, then prints `{"open"}` again: how many the server has kept until then.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { getRequest } from './connection.mjs';
import { openAll, openOnes } from './open-all.mjs';

const { host, path, answerFile, ...options } = JSON.parse(process.argv[2]);
const request = getRequest(host, path);
const { connections, wrong } = await openAll({ ...options, request, answer: readFileSync(answerFile) });
console.log(JSON.stringify({ open: openOnes(connections), wrong }));
await once(process.stdin, 'data');
console.log(JSON.stringify({ open: openOnes(connections) }));
process.exit(0);
