export type { Faults, LinkFaults } from './faults.ts';
export { parseFaults } from './faults.ts';
export { startFaultProxy } from './fault-proxy.ts';
export type { FaultProxy, FaultProxyOptions, Stats } from './fault-proxy.ts';
export { startControl } from './control.ts';
export type { Control } from './control.ts';
