// What the kernel's accounts say of a process and all below it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time, microseconds; as fine as the kernel's clock ticks. */
export function cpuMicros(pid) {
  const ticks = family(pid).reduce((sum, one) => sum + one.ticks, 0);
  return (ticks * 1e6) / TICKS_PER_SECOND;
}

/** Sum of the resident sets; what processes share (program text) counts once for each. */
export function residentBytes(pid) {
  return family(pid).reduce((sum, one) => sum + residentBytesOf(one.pid), 0);
}

/**
 * Begins to watch what programs that are none of ours take of the machine; the answer ends it and tells their share, 0 to 1.
 * A figure from a machine that was shared is to be known as one.
 */
export function watchOthers() {
  const [startedAt, busyBefore, oursBefore] = [performance.now(), machineTicks(), ourTicks()];
  return () => {
    const all = ((performance.now() - startedAt) / 1000) * TICKS_PER_SECOND * availableParallelism();
    const others = machineTicks() - busyBefore - (ourTicks() - oursBefore);
    return Math.max(0, others / all);
  };
}

/** All but idle and waiting for disks; what the host took from this machine is in it. */
function machineTicks() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .trim()
    .split(/ +/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq + steal;
}

/** This process, all below it, and those below it that have ended. */
function ourTicks() {
  return family(process.pid).reduce((sum, one) => sum + one.ticks + one.ticksOfEnded, 0);
}

function family(pid) {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const pids = new Set([pid]);
  for (let known = 0; known < pids.size;) {
    known = pids.size;
    for (const one of stats) if (pids.has(one.parent)) pids.add(one.pid);
  }
  return stats.filter((one) => pids.has(one.pid));
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold anything, a closing bracket too; what follows the last one is numbers.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [user, system, userOfEnded, systemOfEnded] = fields.slice(11, 15).map(Number);
    const ticks = { ticks: user + system, ticksOfEnded: userOfEnded + systemOfEnded };
    return [{ pid: Number(pid), parent: Number(fields[1]), ...ticks }];
  } catch {
    return [];
  }
}

function residentBytesOf(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
