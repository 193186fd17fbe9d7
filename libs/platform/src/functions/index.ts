export { readAccessKey, type AccessKey } from './access-key';
export { configuredFunctions, type ClosableFunctions, type FunctionSettings } from './configured-functions';
export { functionEndpoints, type FunctionEndpoints } from './function-endpoints';
export { RemoteFunctions } from './remote-functions';
