export { editDistance, SETTINGS, unknownSettings, type Setting, type SettingName } from './settings';
export {
  ConfigError,
  format,
  isLoopback,
  readConfig,
  schemeOf,
  type Address,
  type Config,
  type LogLevel,
  type TlsFiles,
} from './config';
