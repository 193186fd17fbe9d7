// Signs and publishes snapshots as the control plane does, into a folder that servers/folder-feed.mjs reads.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { encodePart, sealManifest } = createRequire(import.meta.url)('@gatehouse/snapshot');

export class Publisher {
  #keys = generateKeyPairSync('ed25519');
  #revision = 0;

  /** `folder` is made. */
  constructor(folder) {
    this.folder = folder;
    this.publicKeyFile = join(folder, 'key.pub.pem');
    mkdirSync(folder);
    writeFileSync(this.publicKeyFile, this.#keys.publicKey.export({ type: 'spki', format: 'pem' }));
  }

  /** Answers the revision. */
  publish(snapshot) {
    return this.announce(this.prepare(snapshot));
  }

  /** All the work of a publication, so that `announce` takes no time from what is measured. */
  prepare(snapshot) {
    const revision = ++this.#revision;
    const manifest = {
      schema: 1,
      revision,
      issuedAt: Date.now(),
      entries: [this.#write(snapshot, revision)],
    };
    const draft = join(this.folder, `manifest-${revision}`);
    writeFileSync(draft, sealManifest(manifest, this.#keys.privateKey));
    return { revision, draft };
  }

  announce({ revision, draft }) {
    renameSync(draft, join(this.folder, 'manifest'));
    return revision;
  }

  #write(snapshot, revision) {
    const { bytes, hash } = encodePart(snapshot);
    writeFileSync(join(this.folder, hash), bytes);
    const { accountId, apiId, stage } = snapshot;
    return { accountId, apiId, stage, hash, revision };
  }
}
