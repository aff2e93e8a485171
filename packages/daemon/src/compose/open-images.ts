import { createImageNeeds } from '../automation/image-needs.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ImagesConfig } from '../config/images-config.ts';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { definedPolicies } from '../reconcile/defined-policies.ts';
import type { Source } from '../reconcile/source.ts';
import { type ImageCache, noCache } from '../registry/cache/image-cache.ts';
import { createMemcached } from '../registry/cache/memcached.ts';
import { createImageRegistry } from '../registry/create-image-registry.ts';
import type { ImageNeeds, ImageRegistry } from '../registry/image-registry.ts';
import { noImages } from '../registry/no-images.ts';
import { paced } from './paced.ts';
import { srvResolver } from './srv-resolver.ts';

export interface ImagesPorts {
  readonly cluster: Cluster;
  readonly sources: readonly Source[];
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
  readonly stop: AbortSignal;
}

/** What is known of images, and the scans that find it out. */
export interface Images {
  readonly registry: ImageRegistry;
  /** Scans until `stop`. */
  run(stop: AbortSignal): Promise<void>;
  /** Other images may be in use, or asked for, than before. */
  lookAgain(): void;
  close(): Promise<void>;
}

/** Between two scans of one repository, in milliseconds, as in Flux v1. */
const scanIntervalMs = 60_000;
/** For a tag list, or one tag, in milliseconds, as in Flux v1. */
const requestTimeoutMs = 60_000;
/** Deployments come in flocks, and each look reads all of them; in milliseconds. */
const looks = { gatherMs: 200, pauseMs: 2_000 };

/** @throws {FluxError} when `--registry-require=ecr` cannot be met */
export async function openImages(config: ImagesConfig, ports: ImagesPorts): Promise<Images> {
  if (!config.scanning) {
    const nothing = async (): Promise<void> => {};
    return { registry: noImages('image scanning is disabled'), run: nothing, lookAgain() {}, close: nothing };
  }
  const { metrics, env, now, random } = ports;
  const log = ports.log.with({ component: 'warmer' });
  const { needs, platforms } = needsOf(config, ports, log);
  const scanner = createImageRegistry(
    { ...config, intervalMs: scanIntervalMs, timeoutMs: requestTimeoutMs },
    {
      needs,
      platforms,
      cache: openCache(config, ports),
      log,
      observer: {
        requested: metrics.clientFetch,
        scanned: metrics.registryFetch,
        quota: metrics.registryQuota,
      },
      env,
      now,
      random,
      lifetime: ports.stop,
    },
  );
  try {
    if (config.ecr.required) await scanner.requireEcr(ports.stop);
  } catch (error) {
    await scanner.close();
    throw error;
  }
  return {
    registry: scanner,
    async run(stop) {
      await scanner.run(stop);
      log.log({ stopping: true });
    },
    lookAgain: paced(() => scanner.lookAgain(), looks, now),
    close: () => scanner.close(),
  };
}

function needsOf(
  config: ImagesConfig,
  { cluster, sources }: ImagesPorts,
  log: Logger,
): { readonly needs: ImageNeeds; readonly platforms: () => readonly string[] } {
  const needs = createImageNeeds({ cluster, policies: (signal) => definedPolicies(sources, signal), log });
  if (config.platforms.length > 0) return { needs, platforms: () => config.platforms };
  let seen: readonly string[] = [];
  return {
    async needs(signal) {
      // Before anything is scanned for the first time. What was seen holds while nobody can look.
      seen = await cluster.nodePlatforms(signal).catch(() => seen);
      return needs(signal);
    },
    platforms: () => seen,
  };
}

function openCache({ memcached }: ImagesConfig, { metrics, log, now }: ImagesPorts): ImageCache {
  if (!memcached) return noCache;
  const cacheLog = log.with({ component: 'memcached' });
  return createMemcached(memcached, {
    resolveSrv: srvResolver(memcached.resolvConf),
    now,
    onRequest: metrics.cacheRequest,
    onState(state, err) {
      if (state === 'back') cacheLog.log({ info: 'memcached answers again' });
      else cacheLog.log({ warning: 'memcached does not answer; images are scanned without it', err });
    },
  });
}
