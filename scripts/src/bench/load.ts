import { hash } from 'node:crypto';
import { loadAll } from 'js-yaml';
import type { BlobId, CommitSha, TreeReader } from '#daemon/git/repository';
import { createManifestLoader } from '#daemon/manifests/loader';
import type { Measurement } from './bench.ts';
import { compare, timeOf } from './compare.ts';
import { benchObjects } from './world/objects.ts';

/** How long it takes to read manifests, checksums and all, beside js-yaml on the same bytes. */
export const load: Measurement = {
  name: 'load',
  inQuick: true,
  async measure({ quick, signal }) {
    const count = quick ? 2_000 : 10_000;
    const files = benchObjects({ count, namespace: 'bench', filesPerFolder: 100 }).map(({ path, yaml }) => {
      const bytes = Buffer.from(yaml);
      return { path, type: 'file' as const, blob: hash('sha1', bytes) as BlobId, bytes };
    });
    const byBlob = new Map(files.map((file) => [file.blob, file.bytes]));
    const reader: TreeReader = {
      tree: () => Promise.resolve(files),
      async *blobs(ids) {
        for (const id of ids) yield { id, bytes: byBlob.get(id) ?? Buffer.alloc(0) };
      },
    };
    const revision = '0'.repeat(40) as CommitSha;
    const figures = await compare({
      pairs: quick ? 5 : 7,
      warmUp: 1,
      async ours() {
        const start = performance.now();
        const loaded = await createManifestLoader({ reader }).load(revision, [], signal);
        if (loaded.manifests.length !== count) throw new Error(`${loaded.manifests.length} manifests`);
        return performance.now() - start;
      },
      theirs: () =>
        timeOf(() => {
          for (const { bytes } of files) loadAll(bytes.toString('utf8'));
        }),
    });
    return [
      {
        what: `load ${count} manifests`,
        unit: 'ms',
        against: 'js-yaml load',
        ...figures,
        goal: { ratio: 1.5 },
      },
    ];
  },
};
