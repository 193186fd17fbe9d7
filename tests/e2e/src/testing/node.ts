/** A built data plane as a process of its own. */
import { runApp, type Program } from './processes';

export interface NodeProcess {
  readonly program: Program;
  readonly nodeId: string;
  readonly gateway: string;
  readonly management: string;
}

export async function startNode(nodeId: string, env: NodeJS.ProcessEnv): Promise<NodeProcess> {
  const program = runApp('data-plane', [], { GATEHOUSE_NODE_ID: nodeId, ...env });
  const [, gateway = ''] = await program.printed(/"gateway":"([^"]+)"/);
  const [, management = ''] = await program.printed(/"management":"([^"]+)"/);
  return { program, nodeId, gateway: `http://${gateway}`, management: `http://${management}` };
}

export async function isReady(node: NodeProcess): Promise<boolean> {
  return (await fetch(`${node.management}/readyz`)).status === 200;
}
