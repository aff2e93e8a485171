import { parseFlags } from '@fluxctl/shared/flags/parse-flags';
import { isHttpUrl } from '@fluxctl/shared/git/git-url';
import type { LogFields } from '../log/logger.ts';
import { type ImagesConfig, imageProblems, imagesConfig } from './images-config.ts';
import { type Option, type OptionValues, options, type ParsedOptions } from './options.ts';

/** What the daemon was told, checked; times in milliseconds. */
export interface Config {
  readonly logFormat: string;
  readonly listen: string;
  /** Empty: metrics are on the first listener. */
  readonly listenMetrics: string;
  readonly api: { readonly trust: 'none' | 'loopback' | 'all'; readonly tokenFile: string };
  readonly git: {
    /** May hold a password. Empty: nothing is followed. */
    readonly url: string;
    readonly branch: string;
    readonly paths: readonly string[];
    readonly readonly: boolean;
    readonly user: string;
    readonly email: string;
    readonly syncTag: string;
    /** In full: `refs/notes/flux`. */
    readonly notesRef: string;
    readonly setAuthor: boolean;
    /** Goes behind the message of every commit, verbatim. */
    readonly messageSuffix: string;
    /** Empty: nothing is signed. */
    readonly signingKey: string;
    /** Files and folders with keys of GPG. */
    readonly gpgKeys: readonly string[];
    readonly pollIntervalMs: number;
    readonly timeoutMs: number;
  };
  readonly sync: {
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly garbageCollection: 'off' | 'dry' | 'on';
    readonly state: 'git' | 'secret';
  };
  readonly images: ImagesConfig;
  readonly cluster: {
    readonly kubeConfig: string;
    readonly kubeContext: string;
    /** Empty: to be found out. */
    readonly namespace: string;
    readonly allowedNamespaces: readonly string[];
    /** Empty: the kubeconfig's, else `default`. */
    readonly defaultNamespace: string;
    readonly excludedResources: readonly string[];
  };
  readonly ssh: {
    readonly secretName: string;
    readonly mountPath: string;
    readonly dataKey: string;
    /** Where new keys are made. */
    readonly keygenDir: string;
    readonly bits: number | undefined;
    readonly type: string;
    readonly format: string;
    /** Empty: only the built-in, the system's and the user's. */
    readonly knownHosts: string;
  };
  /** Stands before every absolute path of a mount; empty in a real pod. */
  readonly mountRoot: string;
  /** Listen on free ports of 127.0.0.1, whatever the flags say. */
  readonly ephemeralPorts: boolean;
}

export type ConfigResult =
  | { readonly kind: 'help' | 'version' }
  /** The command line cannot be understood: exit status 2. */
  | { readonly kind: 'misused'; readonly problems: readonly string[] }
  /** Understood, but it cannot work: exit status 1. */
  | {
      readonly kind: 'invalid';
      readonly notices: readonly LogFields[];
      readonly problems: readonly LogFields[];
      readonly logFormat: string;
    }
  | {
      readonly kind: 'run';
      readonly config: Config;
      readonly notices: readonly LogFields[];
      readonly deprecations: readonly string[];
    };

/**
 * Reads the command line and the environment.
 * @param env - `FLUXD_MOUNT_ROOT` and `FLUXD_EPHEMERAL_PORTS` are for daemons that run outside of a pod
 *   as if they were in one
 */
export function readConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ConfigResult {
  const parsed = parseFlags(options, argv);
  const { values } = parsed;
  if (values.help) return { kind: 'help' };
  if (parsed.problems.length > 0) return { kind: 'misused', problems: parsed.problems };
  if (values.version) return { kind: 'version' };

  const mountRoot = env.FLUXD_MOUNT_ROOT ?? '';
  const config = toConfig(parsed, mountRoot, env.FLUXD_EPHEMERAL_PORTS === '1');
  const notices = noticesOf(parsed, config);
  const problems = problemsOf(values);
  if (problems.length > 0) return { kind: 'invalid', notices, problems, logFormat: config.logFormat };
  return { kind: 'run', config, notices, deprecations: parsed.deprecations };
}

function toConfig(parsed: ParsedOptions, mountRoot: string, ephemeralPorts: boolean): Config {
  const { values } = parsed;
  const mounted = (path: string): string => (path.startsWith('/') ? mountRoot + path : path);
  const label = values['git-label'];
  const mountPath = mounted(values['k8s-secret-volume-mount-path']);
  const collects = values['sync-garbage-collection'];
  return {
    logFormat: values['log-format'],
    listen: values.listen,
    listenMetrics: values['listen-metrics'],
    api: {
      trust: values['api-trust'] as Config['api']['trust'],
      tokenFile: mounted(values['api-token-file']),
    },
    git: {
      url: values['git-url'],
      branch: values['git-branch'],
      paths: values['git-path'],
      readonly: values['git-readonly'],
      user: values['git-user'],
      email: values['git-email'],
      syncTag: label || values['git-sync-tag'],
      notesRef: fullNotesRef(label || values['git-notes-ref']),
      setAuthor: values['git-set-author'],
      messageSuffix: values['git-ci-skip-message'] || (values['git-ci-skip'] ? '\n\n[ci skip]' : ''),
      signingKey: values['git-signing-key'],
      gpgKeys: values['git-gpg-key-import'].map(mounted),
      pollIntervalMs: values['git-poll-interval'],
      timeoutMs: values['git-timeout'],
    },
    sync: {
      intervalMs: values['sync-interval'],
      timeoutMs: values['sync-timeout'],
      garbageCollection: values['sync-garbage-collection-dry'] ? 'dry' : collects ? 'on' : 'off',
      state: values['git-readonly'] || values['sync-state'] === 'secret' ? 'secret' : 'git',
    },
    images: imagesConfig(parsed, mounted),
    cluster: {
      kubeConfig: values['kube-config'],
      kubeContext: values['kube-context'],
      namespace: values['k8s-namespace'],
      allowedNamespaces: [
        ...new Set([...values['k8s-allow-namespace'], ...values['k8s-namespace-whitelist']]),
      ],
      defaultNamespace: values['k8s-default-namespace'],
      excludedResources: values['k8s-unsafe-exclude-resource'],
    },
    ssh: {
      secretName: values['k8s-secret-name'],
      mountPath,
      dataKey: values['k8s-secret-data-key'],
      keygenDir: values['ssh-keygen-dir'] === '' ? mountPath : mounted(values['ssh-keygen-dir']),
      bits: values['ssh-keygen-bits'],
      type: values['ssh-keygen-type'],
      format: values['ssh-keygen-format'],
      knownHosts: mounted(values['ssh-known-hosts']),
    },
    mountRoot,
    ephemeralPorts,
  };
}

/** As git expands the name of a notes ref: it is always one below `refs/notes/`. */
function fullNotesRef(name: string): string {
  if (name.startsWith('refs/notes/')) return name;
  return name.startsWith('notes/') ? `refs/${name}` : `refs/notes/${name}`;
}

/** Of no effect with `--git-readonly`, which never commits. */
const writers = [
  'git-user',
  'git-email',
  'git-sync-tag',
  'git-set-author',
  'git-ci-skip',
  'git-ci-skip-message',
] as const;

/** What is worth telling about a command line that works; in the order in which Flux v1 tells it. */
function noticesOf({ values, given }: ParsedOptions, config: Config): LogFields[] {
  const notices: LogFields[] = [];
  if (config.git.readonly) {
    if (values['sync-state'] === 'git') {
      notices.push({
        warning: '--git-readonly prevents use of --sync-state=git. Forcing to --sync-state=secret',
      });
    }
    const useless = writers.filter((name) => given.has(name));
    if (useless.length > 0) {
      notices.push({
        warning: `Configuring any of {${useless.join(', ')}} has no effect when --git-readonly is set`,
      });
    }
  }
  if (given.has('git-label')) {
    for (const name of ['git-sync-tag', 'git-notes-ref'] as const) {
      if (given.has(name)) notices.push({ overridden: name, value: values['git-label'] });
    }
  }
  if (values['ssh-keygen-dir'] === '' && !isHttpUrl(values['git-url'])) {
    notices.push({
      info: `SSH keygen dir (--ssh-keygen-dir) not provided, so using the deploy key volume (--k8s-secret-volume-mount-path=${config.ssh.mountPath}); this may cause problems if the deploy key volume is mounted read-only`,
    });
  }
  if (config.api.trust === 'all') {
    notices.push({
      warning: 'everybody who can reach the API may use it, as with Flux v1 (--api-trust=all)',
    });
  }
  const idle = [...given].filter((name) => (options[name] as Option).idle);
  if (idle.length > 0) {
    notices.push({
      info: 'these flags are understood, but have no effect in this version',
      flags: idle.map((name) => `--${name}`).join(','),
    });
  }
  return notices;
}

const verifyModes: readonly string[] = ['none', 'all', 'first-parent'];

function problemsOf(values: OptionValues): LogFields[] {
  const problems: LogFields[] = [];
  if (!verifyModes.includes(verifyMode(values))) {
    problems.push({
      error: `'${values['git-verify-signatures-mode']}' is not a valid git-verify-signatures-mode`,
    });
  }
  problems.push(...refusals(values));
  if (values['git-path'].some((path) => path.startsWith('/'))) {
    problems.push({ err: 'subdirectory given as --git-path should not have leading forward slash' });
  }
  if (!['git', 'secret'].includes(values['sync-state'])) {
    problems.push({ error: 'unknown sync state mode', mode: values['sync-state'] });
  }
  if (!['none', 'loopback', 'all'].includes(values['api-trust'])) {
    problems.push({
      error: `'${values['api-trust']}' is not a valid api-trust; it is none, loopback or all`,
    });
  }
  for (const name of positiveDurations) {
    if (values[name] <= 0) problems.push({ error: `--${name} must be longer than nothing` });
  }
  problems.push(...imageProblems(values));
  return problems;
}

const positiveDurations = [
  'git-poll-interval',
  'git-timeout',
  'sync-interval',
  'sync-timeout',
  'automation-interval',
  'registry-poll-interval',
  'memcached-timeout',
] as const;

/** What this version cannot do, and what would do harm if it were passed over. */
function refusals(values: OptionValues): LogFields[] {
  return Object.entries<Option>(options).flatMap(([name, { refused }]) => {
    const value = values[name as keyof OptionValues];
    if (refused === undefined || value === false || value === '' || value === 'none') return [];
    if (name === 'git-verify-signatures-mode' && !verifyModes.includes(verifyMode(values))) return [];
    return [{ error: `--${name} is not supported by this version: ${refused}` }];
  });
}

function verifyMode(values: OptionValues): string {
  const mode = values['git-verify-signatures-mode'];
  return mode === '' ? (values['git-verify-signatures'] ? 'all' : 'none') : mode;
}
