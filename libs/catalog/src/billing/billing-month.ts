/** A calendar month in UTC. */
import { badRequest } from '../fault';

export interface BillingMonth {
  /** `2026-11` */
  readonly name: string;
  /** Epoch milliseconds; `endMs` is the start of the next month. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Throws `BadRequestException`. */
export function billingMonth(name: string): BillingMonth {
  const [, year, month] = /^(2\d{3})-(0[1-9]|1[0-2])$/.exec(name) ?? [];
  if (year === undefined || month === undefined)
    throw badRequest(`The month must be given as yyyy-mm, such as 2026-11, not as ${name}`);
  const index = Number(month) - 1;
  return { name, startMs: Date.UTC(Number(year), index), endMs: Date.UTC(Number(year), index + 1) };
}
