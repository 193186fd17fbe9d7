export { readAccessKey, type AccessKey } from './access-key';
export { functionEndpoints, type FunctionEndpoints } from './function-endpoints';
export { RemoteFunctions } from './remote-functions';
