import { readFile } from 'node:fs/promises';
import { type ImageName, registryHost, repositoryPath } from '@fluxctl/shared/images/image-ref';
import type { Logger } from '../log/logger.ts';
import type { ImageCache } from './cache/image-cache.ts';
import { type AwsPorts, awsEndpoint, ec2Metadata } from './credentials/aws-environment.ts';
import { azureSettings, createAzureProvider } from './credentials/azure.ts';
import { createDockerConfigProvider } from './credentials/docker-config-file.ts';
import { createEcrProvider, type EcrLimits } from './credentials/ecr.ts';
import { findLogin } from './credentials/find-login.ts';
import { createGoogleProvider, googleMetadata } from './credentials/google.ts';
import { createHostBudget, type HostBudget } from './distribution/budget.ts';
import { openConnections } from './distribution/connections.ts';
import { openImageSource } from './distribution/image-source.ts';
import { type Platform, parsePlatform, usualPlatform } from './distribution/manifest.ts';
import { openRegistryHost, type RegistryHost } from './distribution/registry-host.ts';
import { createTokenStore } from './distribution/tokens.ts';
import type { ImageNeeds } from './image-registry.ts';
import type { ImageGlobs } from './scan/image-filter.ts';
import type { RegistryObserver } from './scan/observer.ts';
import { createScanner, type Scanner } from './scan/scanner.ts';

export interface ImageRegistryOptions {
  readonly rps: number;
  readonly burst: number;
  /** Log every request. */
  readonly trace: boolean;
  /** With or without a port. */
  readonly insecureHosts: readonly string[];
  readonly globs: ImageGlobs;
  readonly useLabels: readonly string[];
  /** Empty: none. */
  readonly dockerConfig: string;
  readonly ecr: EcrLimits;
  /** Between two scans of one repository, in milliseconds; Flux v1's is a minute. */
  readonly intervalMs: number;
  /** For a tag list, and for one tag; in milliseconds. Flux v1's is a minute. */
  readonly timeoutMs: number;
}

export interface ImageRegistryPorts {
  readonly needs: ImageNeeds;
  /** `linux/arm64`, in the order of preference: those asked for, else the nodes'; empty: linux/amd64. */
  readonly platforms: () => readonly string[];
  readonly cache: ImageCache;
  /** `component=warmer`. */
  readonly log: Logger;
  readonly observer: RegistryObserver;
  /** Proxies, AWS's settings, PATH for credential helpers. */
  readonly env: NodeJS.ProcessEnv;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Ends with the daemon. */
  readonly lifetime: AbortSignal;
  /** Where the clouds' token services answer; the real ones unless given. */
  readonly clouds?: Partial<CloudEndpoints>;
}

export interface CloudEndpoints {
  readonly googleMetadata: string;
  readonly ec2Metadata: string;
  readonly awsEndpoint: AwsPorts['endpoint'];
  readonly azureSettings: string;
}

export interface OpenImageRegistry extends Scanner {
  /**
   * For `--registry-require=ecr`.
   * @throws {FluxError} when AWS cannot be asked for tokens: no region, or no keys
   */
  requireEcr(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Puts the parts of the room together. */
export function createImageRegistry(
  options: ImageRegistryOptions,
  ports: ImageRegistryPorts,
): OpenImageRegistry {
  const { env, log, now, lifetime } = ports;
  const clouds = { googleMetadata, ec2Metadata, awsEndpoint, azureSettings, ...ports.clouds };
  const connections = openConnections({ env, perHost: options.burst });
  const budgets = new Map<string, HostBudget>();
  const budgetOf = (host: string): HostBudget => {
    const budget = budgets.get(host) ?? createHostBudget(host, options, now);
    budgets.set(host, budget);
    return budget;
  };
  const tokens = createTokenStore({ now, lifetime, budgetOf });
  const hosts = new Map<string, RegistryHost>();

  const readText = (path: string): Promise<string> => readFile(path, 'utf8');
  // Metadata services are next door: never through a proxy.
  const direct = openConnections({ env: {}, perHost: 2 });
  const ecr = createEcrProvider(
    {
      dispatcher: direct.verified,
      now,
      env,
      readFile: readText,
      metadata: clouds.ec2Metadata,
      endpoint: clouds.awsEndpoint,
      services: connections.verified,
    },
    options.ecr,
  );
  const sources = {
    ecr,
    defaults:
      options.dockerConfig === ''
        ? []
        : [
            createDockerConfigProvider(options.dockerConfig, {
              readFile: readText,
              env,
              now,
              onProblem: (problem) => log.log({ warning: problem }),
              onUnusable: (err) =>
                log.log({ warning: '--docker-config not used; pre-flight check failed', err }),
            }),
          ],
    clouds: [
      createGoogleProvider({ dispatcher: direct.verified, now }, clouds.googleMetadata),
      createAzureProvider(() => readText(clouds.azureSettings)),
    ],
  };

  const hostOf = (name: ImageName): RegistryHost => {
    const host = registryHost(name);
    const known = hosts.get(host);
    if (known) return known;
    const insecure = isInsecure(host, options.insecureHosts);
    const opened = openRegistryHost(host, insecure, {
      dispatcher: insecure ? connections.unverified : connections.verified,
      tokens,
      budget: budgetOf(host),
      now,
      ...(options.trace ? { onRequest: (request) => log.log({ component: 'registry', ...request }) } : {}),
    });
    hosts.set(host, opened);
    return opened;
  };

  const scanner = createScanner(
    {
      intervalMs: options.intervalMs,
      atOnce: 8,
      tagsAtOnce: Math.max(1, options.burst),
      globs: options.globs,
      useLabels: options.useLabels,
    },
    {
      needs: ports.needs,
      async openSource({ name, logins }, signal) {
        const host = registryHost(name);
        return openImageSource(hostOf(name), {
          repository: repositoryPath(name),
          login: await findLogin(host, logins, sources, signal),
          platforms: platformsOf(ports.platforms()),
          timeoutMs: options.timeoutMs,
        });
      },
      refusal: ecr.refusal,
      quotaOf: (host) => budgets.get(host)?.quota(),
      cache: ports.cache,
      log,
      observer: ports.observer,
      now,
      random: ports.random,
    },
  );
  return {
    ...scanner,
    requireEcr: ecr.require,
    async close() {
      ports.cache.close();
      await Promise.all([connections.close(), direct.close()]);
    },
  };
}

function platformsOf(written: readonly string[]): readonly Platform[] {
  const platforms = written.flatMap((text) => parsePlatform(text) ?? []);
  return platforms.length === 0 ? [usualPlatform] : platforms;
}

/** `localhost` names all its ports, `localhost:5000` the one. */
function isInsecure(host: string, insecure: readonly string[]): boolean {
  return insecure.includes(host) || insecure.includes(host.replace(/:\d+$/, ''));
}
