export { startDataPlane, type DataPlane, type DataPlaneOptions } from './start-data-plane';
export { TRAFFIC_FLAGS } from './machine-settings';
export { Supervisor, type SupervisorOptions } from './supervisor/supervisor';
export { placed } from './supervisor/spare';
export { runNode, type NodeOptions } from './supervisor/run-node';
export { fail, onStopSignal } from './supervisor/stop-signal';
export { absolveWorker, workerEnvironment } from './supervisor/worker-environment';
