// The data plane's feed from a folder: the file `manifest`, and each part under its hash. Written by ../publisher.mjs.
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const MANIFEST = 'manifest';

export class FolderFeed {
  constructor(folder) {
    this.folder = folder;
  }

  manifest() {
    return readFile(join(this.folder, MANIFEST));
  }

  part(hash) {
    return readFile(join(this.folder, hash));
  }

  async subscribe(listener) {
    const watcher = watch(this.folder, (_event, name) => {
      if (name === MANIFEST) listener();
    });
    return async () => watcher.close();
  }

  async publish() {
    throw new Error('this feed is only read from');
  }

  async report() {}

  async close() {}
}
