/**
 * Which snapshots may be taken over. Each is on trial for its first seconds, and a file says so: a process that finds the
 * file when it starts knows that the one before it died during a trial. What was on trial at two deaths in a row is left out
 * for a while, longer each time, and the last good of its API stays; where several were, half of them wait, so that the one
 * at fault is found in a few deaths and no other API stays behind.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ManifestEntry } from '@gatehouse/snapshot';

/** Where a node with this data folder keeps them. */
export const trialsFile = (dataDir: string): string => join(dataDir, 'snapshots', 'trials.json');

const TRIAL_MS = 10_000;
/** Until the first half of the suspects has passed its trial, which begins a little later than the waiting. */
const WAIT_MS = 15_000;
const FIRST_REST_MS = 60_000;
const LONGEST_REST_MS = 3_600_000;
/** One death may have any cause. */
const SUSPECT_DEATHS = 2;

interface Mark {
  readonly hash: string;
  /** In a row, while it was on trial. */
  readonly deaths: number;
  /** Milliseconds since 1970; the trial's end, or when it may be tried again. */
  readonly until: number;
  readonly isOnTrial: boolean;
}

export class Trials {
  /** By hash. */
  private marks: ReadonlyMap<string, Mark> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  /** `onDue` is called when a snapshot that was left out may be tried again. */
  constructor(
    private readonly file: string,
    private readonly onDue: () => void,
  ) {}

  /** What the process before this one left. A file that cannot be read counts as none. */
  async load(): Promise<void> {
    const text = await readFile(this.file, 'utf8').catch(() => '[]');
    const found = marksIn(text);
    if (found.length === 0) return;
    this.marks = byHash(afterDeath(found, Date.now()));
    this.awaitNext();
    await this.write();
  }

  /** Why it may not be taken over now; `undefined` = it may. */
  refusal({ hash }: Pick<ManifestEntry, 'hash'>): string | undefined {
    const mark = this.marks.get(hash);
    if (mark === undefined || mark.isOnTrial || mark.until <= Date.now()) return undefined;
    const again = `it is tried again at ${new Date(mark.until).toISOString()}`;
    return mark.deaths < SUSPECT_DEATHS
      ? `it waits while another is tried: ${again}`
      : `a process of this node ended ${mark.deaths} times soon after taking it over: ${again}`;
  }

  isOnTrial(hash: string): boolean {
    return this.marks.get(hash)?.isOnTrial === true;
  }

  /** It has served for its time, or before this process. */
  isProven(hash: string): boolean {
    return !this.marks.has(hash);
  }

  /** To be awaited before the first byte of it is read. Never rejects: without a disk there are no trials. */
  async begin(hashes: readonly string[]): Promise<void> {
    if (hashes.length === 0) return;
    const until = Date.now() + TRIAL_MS;
    const begun = hashes.map((hash) => ({
      hash,
      until,
      isOnTrial: true,
      deaths: this.marks.get(hash)?.deaths ?? 0,
    }));
    this.marks = new Map([...this.marks, ...byHash(begun)]);
    this.awaitNext();
    await this.write();
  }

  /** A process that ends in order is no death. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.marks = byHash([...this.marks.values()].filter(({ isOnTrial }) => !isOnTrial));
    await this.write();
  }

  /** Ends what is due, and looks again when the next one is. */
  private awaitNext(): void {
    clearTimeout(this.timer);
    const next = Math.min(
      ...[...this.marks.values()].map(({ until }) => until).filter((at) => at > Date.now()),
    );
    if (Number.isFinite(next)) this.timer = setTimeout(() => this.endDue(), next - Date.now() + 1).unref();
  }

  private endDue(): void {
    const now = Date.now();
    const marks = [...this.marks.values()];
    const isPassed = (mark: Mark): boolean => mark.isOnTrial && mark.until <= now;
    if (marks.some(isPassed)) {
      this.marks = byHash(marks.filter((mark) => !isPassed(mark)));
      void this.write();
    }
    if (marks.some((mark) => !mark.isOnTrial && mark.until <= now)) this.onDue();
    this.awaitNext();
  }

  /** One after the other, and whole. */
  private write(): Promise<void> {
    const text = JSON.stringify([...this.marks.values()]);
    this.writing = this.writing.then(() => replace(this.file, text)).catch(() => undefined);
    return this.writing;
  }
}

/** The process whose file it is was killed from outside, which says nothing of what it was trying. Never throws. */
export function absolveTrials(file: string): void {
  try {
    const marks = marksIn(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(marks.filter(({ isOnTrial }) => !isOnTrial)));
  } catch {
    // Without a file there was no trial.
  }
}

/** The marks a process begins with, given those that the one before it left. */
function afterDeath(marks: readonly Mark[], now: number): Mark[] {
  const tried = marks
    .filter(({ isOnTrial }) => isOnTrial)
    .map((mark) => ({ ...mark, deaths: mark.deaths + 1, until: now + TRIAL_MS }));
  const resting = marks.filter(({ isOnTrial }) => !isOnTrial);
  const suspects = tried.filter(({ deaths }) => deaths >= SUSPECT_DEATHS);
  const others = tried.filter(({ deaths }) => deaths < SUSPECT_DEATHS);
  if (suspects.length === 1) return [...resting, ...others, ...suspects.map((mark) => atRest(mark, now))];
  const half = Math.ceil(suspects.length / 2);
  const waiting = suspects
    .slice(half)
    .map((mark) => ({ ...mark, deaths: SUSPECT_DEATHS - 1, isOnTrial: false, until: now + WAIT_MS }));
  return [...resting, ...others, ...suspects.slice(0, half), ...waiting];
}

function atRest(mark: Mark, now: number): Mark {
  const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (mark.deaths - SUSPECT_DEATHS));
  return { ...mark, isOnTrial: false, until: now + restMs };
}

/** A file cut off by the death counts as none, and so does what is no mark. */
function marksIn(text: string): Mark[] {
  try {
    const marks: unknown = JSON.parse(text);
    return Array.isArray(marks) ? marks.filter(isMark) : [];
  } catch {
    return [];
  }
}

function isMark(value: unknown): value is Mark {
  const { hash, deaths, until, isOnTrial } = (value ?? {}) as Partial<Record<keyof Mark, unknown>>;
  const isTimed = Number.isSafeInteger(deaths) && Number.isSafeInteger(until);
  return typeof hash === 'string' && isTimed && typeof isOnTrial === 'boolean';
}

function byHash(marks: readonly Mark[]): Map<string, Mark> {
  return new Map(marks.map((mark) => [mark.hash, mark]));
}

async function replace(file: string, text: string): Promise<void> {
  if (text === '[]') return rm(file, { force: true });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
