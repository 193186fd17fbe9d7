// Opens many kept-alive connections, a few at a time, since a server's backlog of new ones is short. Each asks once at once:
// a server does not wait long for the first request of a connection.
import { Connection } from './connection.mjs';

const AT_ONCE = 50;
/**
 * Ports of ours, below those that the kernel gives out. If it had to choose one for each address, nearly all of its ports would
 * be in use by someone, and every connection from gateway to origin would search long for another.
 */
const FIRST_PORT = 12_000;

/** All from one address. Resolves with all connections, also those that failed, and the number of wrong first answers. */
export async function openAll({ count, port, source, request, answer }) {
  const connections = [];
  let wrong = 0;
  const next = async () => {
    while (connections.length < count) {
      const from = { localAddress: source, localPort: FIRST_PORT + connections.length };
      const connection = new Connection(port, answer, from);
      connections.push(connection);
      await connection.opened;
      if (!(await new Promise((resolve) => connection.send(request, resolve)))) wrong++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return { connections, wrong };
}

export const openOnes = (connections) => connections.filter(({ isOpen }) => isOpen).length;
