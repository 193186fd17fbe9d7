export { startFunctionHost, type FunctionHost, type FunctionHostOptions } from './start-function-host';
export { SOURCE_ARN_HEADER, type Credential } from './wire/guard';
export { allowsService, isArnLike, type ServiceCall } from './functions/resource-policy';
