import { Initial1764000000001 } from './0001-initial';
import { UsagePlans1764000000002 } from './0002-usage-plans';
import { Users1764000000003 } from './0003-users';
import { Metering1764000000004 } from './0004-metering';
import { Billing1764000000005 } from './0005-billing';
import { BilledCalls1764000000006 } from './0006-billed-calls';

/** In order. A migration that has landed is never edited. */
export const MIGRATIONS = [
  Initial1764000000001,
  UsagePlans1764000000002,
  Users1764000000003,
  Metering1764000000004,
  Billing1764000000005,
  BilledCalls1764000000006,
];
