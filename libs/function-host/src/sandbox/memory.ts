/**
 * DIFFERS: memory limit of a function; watched, and without the pages of program files.
 *
 * How much memory processes use, from Linux's /proc: anonymous and shared memory of a process and its descendants, without
 * the pages of program files. Elsewhere it is unknown (0) and the limit is left to the runtime's own, as for Node its heap.
 */
import { readFile } from 'node:fs/promises';

export async function memoryBytesOf(pid: number): Promise<number> {
  const [own, children] = await Promise.all([residentBytes(pid), childrenOf(pid)]);
  const below = await Promise.all(children.map(memoryBytesOf));
  return below.reduce((sum, bytes) => sum + bytes, own);
}

async function residentBytes(pid: number): Promise<number> {
  const text = await readText(`/proc/${pid}/status`);
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return (kilobytes('RssAnon') + kilobytes('RssShmem')) * 1024;
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readText(`/proc/${pid}/task/${pid}/children`);
  return text
    .split(' ')
    .map(Number)
    .filter((child) => child > 0);
}

/** Empty where the process is gone or there is no /proc. */
function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
