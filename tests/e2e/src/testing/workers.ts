/** The processes below a supervisor, as Linux tells of them (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** All of them; none where it is gone. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return text.split(' ').map(Number).filter(Boolean);
  } catch {
    return [];
  }
}

/** Those that hold the listener at this port of 127.0.0.1; a spare does not. */
export function workersOf(pid: number, port: number): number[] {
  const socket = listenerAt(port);
  return childrenOf(pid).filter((child) => socket !== undefined && holds(child, socket));
}

function listenerAt(port: number): string | undefined {
  const place = ` 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A `;
  const line = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .find((one) => one.includes(place));
  return line && `socket:[${line.trim().split(/\s+/)[9]}]`;
}

function holds(pid: number, socket: string): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => linkAt(`${folder}/${fd}`) === socket);
  } catch {
    return false;
  }
}

/** A descriptor may be closed while one looks. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
