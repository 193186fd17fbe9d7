export { startDataPlane, type DataPlane, type DataPlaneOptions } from './start-data-plane';
