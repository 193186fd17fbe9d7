export { startDataPlane, type DataPlane, type DataPlaneOptions } from './start-data-plane';
export { Supervisor, type SupervisorOptions } from './supervisor/supervisor';
export { linkToSupervisor, type WorkerLink } from './supervisor/worker-link';
