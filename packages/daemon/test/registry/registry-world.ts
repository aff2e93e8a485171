import { type ImageName, parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { noCache } from '../../src/registry/cache/image-cache.ts';
import {
  createImageRegistry,
  type ImageRegistryOptions,
  type ImageRegistryPorts,
  type OpenImageRegistry,
} from '../../src/registry/create-image-registry.ts';
import { Logins } from '../../src/registry/credentials/logins.ts';
import type { ImageNeed, ScannedRepository } from '../../src/registry/image-registry.ts';
import { noObserver } from '../../src/registry/scan/observer.ts';

export const usualOptions: ImageRegistryOptions = {
  rps: 1000,
  burst: 10,
  trace: false,
  insecureHosts: ['127.0.0.1', 'localhost'],
  globs: { exclude: [], include: [] },
  useLabels: [],
  dockerConfig: '',
  ecr: { regions: [], includedAccounts: [], excludedAccounts: [] },
  intervalMs: 60_000,
  timeoutMs: 10_000,
};

export interface Scanned extends AsyncDisposable {
  readonly registry: OpenImageRegistry;
  /** Log lines as they come. */
  readonly lines: Record<string, unknown>[];
  needs: ImageNeed[];
  /** How often it was asked what workloads need. */
  readonly collected: number;
  /** Moves the clock of the scans on. */
  later(ms: number): void;
  /** Waits until a repository was scanned after this time of the moved clock: now. */
  scanned(image: string, what: string): Promise<void>;
  /** Waits until all that is due was scanned, and the spare work is done. */
  settled(): Promise<void>;
}

/** A registry room that scans for itself, with a clock that can be moved. */
export function startScanning(
  needs: ImageNeed[],
  options: Partial<ImageRegistryOptions> = {},
  ports: Partial<ImageRegistryPorts> = {},
): Scanned {
  const stop = new AbortController();
  const lines: Record<string, unknown>[] = [];
  const log = { log: (fields: Record<string, unknown>) => void lines.push(fields), with: () => log };
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const world: { needs: ImageNeed[] } = { needs };
  const all = { ...usualOptions, ...options };
  let collected = 0;
  const registry = createImageRegistry(all, {
    needs: () => {
      collected += 1;
      return Promise.resolve(world.needs);
    },
    platforms: () => [],
    cache: noCache,
    log,
    observer: noObserver,
    env: {},
    now,
    random: () => 0.5,
    lifetime: stop.signal,
    ...ports,
  });
  const done = registry.run(stop.signal);
  return {
    registry,
    lines,
    get needs() {
      return world.needs;
    },
    set needs(value) {
      world.needs = value;
      registry.lookAgain();
    },
    get collected() {
      return collected;
    },
    later(ms) {
      ahead += ms;
      registry.lookAgain();
    },
    async scanned(image, what) {
      const from = now();
      const lastScan = () => {
        const status = registry.status().find(({ repository }) => repository === image);
        return status && status.lastScan !== '' ? Date.parse(status.lastScan) : 0;
      };
      await until(() => lastScan() >= from, what);
    },
    settled: () =>
      until(
        () => registry.isIdle(),
        () => `scans: ${JSON.stringify(registry.status(), null, 1)}`,
      ),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
      await registry.close();
    },
  };
}

/** What workloads need of `host/team/app`, by these patterns. */
export function need(
  image: string,
  {
    current = [],
    patterns = [],
    logins = new Logins(),
  }: { current?: string[]; patterns?: string[]; logins?: Logins } = {},
): ImageNeed {
  const { domain, path } = parseImageRef(image);
  return { name: { domain, path }, current, patterns: patterns.map(parseTagPattern), logins };
}

export function nameOf(image: string): ImageName {
  const { domain, path } = parseImageRef(image);
  return { domain, path };
}

export function scannedImages(registry: OpenImageRegistry, image: string): ScannedRepository {
  const images = registry.imagesOf(nameOf(image));
  if (images.state === 'scanned') return images;
  throw new Error(`${image}: ${images.error.message}`);
}

export async function until(
  condition: () => boolean,
  what: string | (() => string),
  limitMs = 20_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not in time: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
