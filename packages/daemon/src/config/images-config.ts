import { errorMessage } from '@fluxctl/shared/errors';
import { type Freeze, parseFreeze } from '@fluxctl/shared/policy/freeze';
import type { LogFields } from '../log/logger.ts';
import type { OptionValues, ParsedOptions } from './options.ts';

/** Image registries, and what is done by itself with what they have. */
export interface ImagesConfig {
  readonly scanning: boolean;
  readonly automationIntervalMs: number;
  readonly freeze: Freeze | undefined;
  readonly rps: number;
  readonly burst: number;
  readonly trace: boolean;
  readonly insecureHosts: readonly string[];
  readonly globs: { readonly exclude: readonly string[]; readonly include: readonly string[] };
  readonly useLabels: readonly string[];
  /** Empty: the nodes'. */
  readonly platforms: readonly string[];
  readonly ecr: {
    readonly regions: readonly string[];
    readonly includedAccounts: readonly string[];
    readonly excludedAccounts: readonly string[];
    /** The daemon does not start without. */
    readonly required: boolean;
  };
  /** Empty: none. */
  readonly dockerConfig: string;
  /** Undefined: in memory alone. */
  readonly memcached:
    | {
        readonly hostname: string;
        readonly port: number;
        readonly service: string;
        readonly timeoutMs: number;
        /** Path of the resolver's file, which says where short names are looked for. */
        readonly resolvConf: string;
      }
    | undefined;
}

const memcachedFlags = [
  'memcached-hostname',
  'memcached-port',
  'memcached-timeout',
  'memcached-service',
] as const;

export function imagesConfig(
  { values, given }: ParsedOptions,
  mounted: (path: string) => string,
): ImagesConfig {
  const onlyOldInterval = given.has('registry-poll-interval') && !given.has('automation-interval');
  // Flux v1 cannot do without memcached, so it expects one; its installation names one by these flags.
  const hasMemcached = memcachedFlags.some((name) => given.has(name));
  return {
    scanning: !values['registry-disable-scanning'],
    automationIntervalMs: values[onlyOldInterval ? 'registry-poll-interval' : 'automation-interval'],
    freeze: readFreeze(values).freeze,
    rps: values['registry-rps'],
    burst: values['registry-burst'] ?? 0,
    trace: values['registry-trace'],
    insecureHosts: values['registry-insecure-host'],
    globs: { exclude: values['registry-exclude-image'], include: values['registry-include-image'] },
    useLabels: values['registry-use-labels'],
    platforms: values['registry-platform'],
    ecr: {
      regions: values['registry-ecr-region'],
      includedAccounts: values['registry-ecr-include-id'],
      excludedAccounts: values['registry-ecr-exclude-id'],
      required: values['registry-require'].includes('ecr'),
    },
    dockerConfig: mounted(values['docker-config']),
    memcached: hasMemcached
      ? {
          hostname: values['memcached-hostname'],
          port: values['memcached-port'] ?? 0,
          service: values['memcached-service'],
          timeoutMs: values['memcached-timeout'],
          resolvConf: mounted('/etc/resolv.conf'),
        }
      : undefined,
  };
}

function readFreeze(values: OptionValues): { readonly freeze?: Freeze; readonly problem?: string } {
  const text = values['automation-freeze'];
  if (text === '') return {};
  try {
    return { freeze: parseFreeze(text) };
  } catch (error) {
    return { problem: errorMessage(error) };
  }
}

const platformForm = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/;

/** What cannot work of the flags about images. */
export function imageProblems(values: OptionValues): LogFields[] {
  const problems: LogFields[] = [];
  const { problem } = readFreeze(values);
  if (problem !== undefined) problems.push({ error: `--automation-freeze: ${problem}` });
  for (const name of ['registry-rps', 'registry-burst'] as const) {
    if (!((values[name] ?? 0) > 0)) problems.push({ error: `--${name} must be more than nothing` });
  }
  for (const platform of values['registry-platform'].filter((text) => !platformForm.test(text))) {
    problems.push({ error: `'${platform}' is not a valid registry-platform; it is written as linux/arm64` });
  }
  for (const required of values['registry-require'].filter((name) => name !== 'ecr')) {
    problems.push({ error: `'${required}' is not a valid registry-require; it is ecr` });
  }
  return problems;
}
