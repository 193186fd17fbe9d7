export { startManagementServer, type ManagementServer, type Probe } from './management-server';
