import { setTimeout as sleep } from 'node:timers/promises';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { noCache } from '#daemon/registry/cache/image-cache';
import { createImageRegistry } from '#daemon/registry/create-image-registry';
import { Logins } from '#daemon/registry/credentials/logins';
import { noObserver } from '#daemon/registry/scan/observer';
import { knownImages } from './known-images.ts';
import type { ScannerAnswer } from './messages.ts';

// The daemon's registry room in a process of its own: `scanner-process.ts HOST REPOSITORIES PATTERN [TAGS]`.
// With TAGS all facts of so many tags of each repository come from a cache.
const [host = '', repositories = '0', pattern = '', cached] = process.argv.slice(2);

const needs = Array.from({ length: Number(repositories) }, (_, n) => ({
  name: parseImageRef(`${host}/team/app-${n}`),
  current: ['1.0.0'],
  patterns: [parseTagPattern(pattern)],
  logins: new Logins(),
}));

let ahead = 0;
const minute = 60_000;
const intervalMs = 20 * minute;
const stop = new AbortController();
const log = { log: () => undefined, with: () => log };
const registry = createImageRegistry(
  {
    // No budget: what is measured is the work, not the waiting.
    rps: 1_000_000,
    burst: 10,
    trace: false,
    insecureHosts: ['127.0.0.1'],
    globs: { exclude: [], include: [] },
    useLabels: [],
    dockerConfig: '',
    ecr: { regions: [], includedAccounts: [], excludedAccounts: [] },
    intervalMs,
    timeoutMs: 60_000,
  },
  {
    needs: () => Promise.resolve(needs),
    platforms: () => [],
    cache: cached === undefined ? noCache : knownImages(Number(cached)),
    log,
    observer: noObserver,
    env: {},
    now: () => Date.now() + ahead,
    random: () => 0.5,
    lifetime: stop.signal,
  },
);
const tell = (answer: ScannerAnswer): void => void process.send?.(answer);
const megabytes = (bytes: number): number => bytes / 1024 ** 2;

let peakRss = 0;
setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 50);

let running: Promise<void> | undefined;
process.on('message', async () => {
  const start = performance.now();
  // A refresh is due an hour after the first look: not yet.
  if (running) ahead += 23 * minute;
  registry.lookAgain();
  running ??= registry.run(stop.signal);
  await sleep(0);
  while (!registry.isIdle()) await sleep(2);
  const ms = performance.now() - start;
  const status = registry.status();
  globalThis.gc?.();
  await sleep(0);
  tell({
    type: 'scanned',
    ms,
    images: status.reduce((sum, { images }) => sum + images, 0),
    tags: status.reduce((sum, { tags }) => sum + tags, 0),
    errors: status.filter(({ error }) => error !== '').length,
    rss: megabytes(process.memoryUsage().rss),
    peakRss: megabytes(peakRss),
  });
});
process.once('disconnect', () => process.exit());
tell({ type: 'ready' });
