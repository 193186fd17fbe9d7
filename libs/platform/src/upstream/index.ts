export * from './undici-upstream';
export { AddressPolicy, type AddressPolicyOptions } from './address-policy';
