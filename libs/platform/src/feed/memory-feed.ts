/** Feed for all roles in one process. */
import type { Feed, NodeReport, Publication } from './feed';

export class MemoryFeed implements Feed {
  private current: { revision: number; manifest: Uint8Array } | undefined;
  private readonly parts = new Map<string, Uint8Array>();
  private readonly listeners = new Set<() => void>();

  /** `onReport` is the control plane's ear. */
  constructor(private readonly onReport: (report: NodeReport) => Promise<void> = async () => undefined) {}

  async publish({ revision, manifest, parts, retired }: Publication): Promise<void> {
    for (const [hash, bytes] of parts) this.parts.set(hash, bytes);
    if (!this.current || this.current.revision < revision) {
      this.current = { revision, manifest };
      for (const hash of retired) this.parts.delete(hash);
    }
    for (const listener of this.listeners) listener();
  }

  async manifest(): Promise<Uint8Array | undefined> {
    return this.current?.manifest;
  }

  async part(hash: string): Promise<Uint8Array | undefined> {
    return this.parts.get(hash);
  }

  async subscribe(listener: () => void): Promise<() => Promise<void>> {
    this.listeners.add(listener);
    return async () => void this.listeners.delete(listener);
  }

  async report(report: NodeReport): Promise<void> {
    await this.onReport(report);
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }
}
