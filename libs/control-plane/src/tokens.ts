/** Names of what is handed to Nest's controllers. */
export const SERVICES = Symbol('services');
export const AWS_SURFACE = Symbol('aws surface');
export const LOGGER = Symbol('logger');
