/** Binding a listener to the address of a setting; what can go wrong there is told in the setting's words. */
import type { AddressInfo, Server } from 'node:net';
import { ConfigError, format, type Address } from '../config/config';
import type { SettingName } from '../config/settings';

/** Resolves with the address that is really bound (port 0 = any). Rejects as `listenFault` says. */
export function listenOn(server: Server, address: Address, setting?: SettingName): Promise<Address> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(listenFault(error, address, setting));
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', onError);
      resolve({ host: address.host, port: (server.address() as AddressInfo).port });
    });
  });
}

/** An error of `listen` that the person at the terminal can cure becomes a `ConfigError`; any other stays as it is. */
export function listenFault(error: Error, address: Address, setting?: SettingName): Error {
  const name = setting === undefined ? format(address) : `${format(address)} (${setting})`;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new ConfigError(`address ${name} is already in use`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`address ${name} is no address of this machine`);
    case 'EACCES':
      return new ConfigError(`address ${name} may not be used by this user`);
    default:
      return error;
  }
}
