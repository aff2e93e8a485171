import { randomBytes } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, FluxError } from '@fluxctl/shared/errors';
import { isHttpUrl } from '@fluxctl/shared/git/git-url';
import { version } from '@fluxctl/shared/version';
import type { Cluster, SecretStore } from './cluster/cluster.ts';
import { connectCluster } from './cluster/connect-cluster.ts';
import { findCluster } from './cluster/kubeconfig.ts';
import { openAutomation } from './compose/open-automation.ts';
import { openImages } from './compose/open-images.ts';
import { openRollouts } from './compose/open-rollouts.ts';
import { openSource, openUpdates, type Place } from './compose/open-source.ts';
import { type Config, readConfig } from './config/config.ts';
import { usage } from './config/usage.ts';
import { createEventRecorder } from './events/recorder.ts';
import { importGpgKeys } from './git/gpg-keys.ts';
import { openRepository } from './git/open-repository.ts';
import type { Repository } from './git/repository.ts';
import type { SshFiles } from './git/ssh-client.ts';
import { createSshKeyRing, emptyKeyRing, type SshKeyRing } from './git/ssh-key-ring.ts';
import type { ApiPorts } from './http/api-ports.ts';
import { listen } from './http/listen.ts';
import { createApiServer, createMetricsServer } from './http/server.ts';
import { tokenFile } from './http/token-file.ts';
import { createJobQueue } from './jobs/job-queue.ts';
import { createLogger } from './log/create-logger.ts';
import type { Logger } from './log/logger.ts';
import { createMetrics } from './metrics/metrics.ts';
import { backOff } from './reconcile/back-off.ts';

/** After the first signal, what is under way may end; Kubernetes kills after 30 s. In milliseconds. */
const graceMs = 25_000;
const eventsRemembered = 100;
const jobsRemembered = 100;
/** How long the first clone waits for the deploy key, which may have to be made, in milliseconds. */
const keyMomentMs = 5_000;
/** Between looks at an API server that does not answer at start. */
const knocks = { firstMs: 1_000, capMs: 30_000, random: Math.random };

/** Milliseconds since 1970, to the microsecond. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

async function main(): Promise<number> {
  const result = readConfig(process.argv.slice(2), process.env);
  switch (result.kind) {
    case 'help':
      process.stderr.write(usage());
      return 0;
    case 'version':
      process.stdout.write(`${version}\n`);
      return 0;
    case 'misused':
      process.stderr.write(`${result.problems.map((text) => `Error: ${text}`).join('\n')}\n${usage()}`);
      return 2;
    case 'invalid': {
      const log = openLog(result.logFormat);
      log.log({ version });
      for (const fields of [...result.notices, ...result.problems]) log.log(fields);
      return 1;
    }
    case 'run': {
      for (const line of result.deprecations) process.stderr.write(`${line}\n`);
      const log = openLog(result.config.logFormat);
      log.log({ version });
      for (const fields of result.notices) log.log(fields);
      return run(result.config, log).catch((error: unknown) => {
        const help = error instanceof FluxError && error.help !== '' ? { help: error.help } : {};
        log.log({ err: errorMessage(error), ...help });
        return 1;
      });
    }
    default:
      return result satisfies never;
  }
}

function openLog(format: string): Logger {
  return createLogger({ format, now, write: (line) => void process.stderr.write(line) });
}

/** Builds the daemon from its rooms and lets it run until a signal comes. */
async function run(config: Config, log: Logger): Promise<number> {
  const { stop, abandon, end } = onSignals(log);
  await using resources = new AsyncDisposableStack();
  // Whatever happens, watches must end, or the process would not.
  resources.defer(end);

  await importGpgKeys(config.git.gpgKeys, { env: process.env, log }, stop);
  const place = await connect(config, log, stop);
  resources.defer(() => place.close());
  const keyRing = openKeyRing(config, place.secrets, log);
  resources.defer(() => keyRing.close());
  const repository = await openMirror(config, keyRing);
  resources.defer(() => repository.close());

  const metrics = createMetrics();
  const events = createEventRecorder(log, eventsRemembered);
  const source = openSource(config, place, repository, {
    ...{ events, metrics, log, now, random: Math.random },
    onApplied: (changes, signal) => rollouts.applied(changes, signal),
  });
  const { cluster, ownNamespace } = place;
  const sources = [source];
  const { env } = process;
  const images = await openImages(config.images, {
    cluster,
    sources,
    metrics,
    log,
    env,
    now,
    random: Math.random,
    stop,
  });
  resources.defer(() => images.close());
  const { timeoutMs } = config.sync;
  const jobs = createJobQueue({ remembered: jobsRemembered, timeoutMs, metrics, log });
  tellConfiguration(config, repository, log);
  const onAutomated = (): void => automation.askSoon();
  const updates = openUpdates(config, source, {
    cluster,
    images: images.registry,
    ...{ events, metrics, log, now, random: Math.random },
    onAutomated,
  });
  const rollouts = openRollouts(source, { cluster, updates, jobs, events, log, now, random: Math.random });
  const automation = openAutomation(config.images, { cluster, sources, images, updates, jobs, log, now });
  const ports: ApiPorts = {
    version,
    cluster,
    sources,
    jobs,
    updates,
    deployKey: keyRing,
    images: images.registry,
    scanning: config.images.scanning,
    rollouts,
    freeze: config.images.freeze,
    now: () => new Date(now()),
    metrics,
    log,
  };
  await serve(config, ports, { ownNamespace, abandon }, resources);

  /** A clone without a key would only fail; yet a key may also come from the user's own configuration. */
  const followWithKey = async (): Promise<void> => {
    const key = keyRing.run(stop).then(() => 'found' as const);
    const late = (await Promise.race([key, pause(keyMomentMs, stop)])) !== 'found';
    await Promise.all([late && key.then(() => repository.notify()), source.run(stop, abandon)]);
  };
  await Promise.all([
    greetCluster(cluster, place.host, log, stop),
    followWithKey(),
    jobs.run(stop, abandon),
    images.run(stop),
    automation.run(stop),
    rollouts.run(stop),
  ]);
  return 0;
}

async function connect({ cluster, mountRoot }: Config, log: Logger, stop: AbortSignal): Promise<Place> {
  const { kubeConfig: file, kubeContext: context, namespace } = cluster;
  const found = await findCluster({ file, context, namespace, env: process.env, mountRoot });
  log.log({ msg: `Using kube config: ${JSON.stringify(found.origin)} to connect to the cluster` });
  const { allowedNamespaces, excludedResources } = cluster;
  const ports = { allowedNamespaces, excludedResources, log, now, random: Math.random, signal: stop };
  const connected = await connectCluster(found, ports);
  // In a pod that would be the daemon's own, which Flux v1 does not take for a default.
  const contextNamespace = found.origin === 'in-cluster' ? '' : found.contextNamespace;
  const defaultNamespace = cluster.defaultNamespace || contextNamespace || 'default';
  return { ...connected, ownNamespace: found.ownNamespace, defaultNamespace };
}

function openMirror(config: Config, keyRing: SshKeyRing): Promise<Repository> {
  return openRepository(
    { ...config.git, tempFolder: tmpdir(), ssh: sshFiles(config), env: process.env },
    {
      identityFiles: () => keyRing.identityFiles(),
      now: () => new Date(now()),
      randomHex: (count) => randomBytes(count).toString('hex').slice(0, count),
    },
  );
}

function tellConfiguration({ git, sync, images }: Config, { safeUrl }: Repository, log: Logger): void {
  log.log({
    url: safeUrl,
    user: git.user,
    email: git.email,
    'signing-key': git.signingKey,
    'sync-tag': git.syncTag,
    state: sync.state,
    readonly: git.readonly,
    'registry-disable-scanning': !images.scanning,
    'notes-ref': git.notesRef,
    'set-author': git.setAuthor,
  });
  log.log({ upstream: 'no upstream URL given' });
}

/** Listens; the servers close with `resources`. */
async function serve(
  { api, listen: address, listenMetrics, ephemeralPorts }: Config,
  ports: ApiPorts,
  { ownNamespace, abandon }: { readonly ownNamespace: string; readonly abandon: AbortSignal },
  resources: AsyncDisposableStack,
): Promise<void> {
  const { log } = ports;
  const tokens = tokenFile(api.tokenFile, log, now);
  const rules = { trust: api.trust, tokens, namespace: ownNamespace };
  const server = createApiServer(ports, { rules, withMetrics: listenMetrics === '', abandon });
  resources.defer(() => server.close());
  log.log({ addr: await listen(server, address, ephemeralPorts) });
  if (listenMetrics === '') return;
  const metricsServer = createMetricsServer(ports);
  resources.defer(() => metricsServer.close());
  log.log({ 'metrics-addr': await listen(metricsServer, listenMetrics, ephemeralPorts) });
}

/** The deploy key; none is used over HTTP. */
function openKeyRing(config: Config, secrets: SecretStore, log: Logger): SshKeyRing {
  const { ssh, git } = config;
  if (git.url === '' || isHttpUrl(git.url)) return emptyKeyRing;
  return createSshKeyRing(
    {
      secretName: ssh.secretName,
      mountPath: ssh.mountPath,
      dataKey: ssh.dataKey,
      keygenFolder: ssh.keygenDir,
      tempFolder: tmpdir(),
      bits: ssh.bits,
      type: ssh.type || undefined,
      format: ssh.format || undefined,
      env: process.env,
    },
    { secrets, log, random: Math.random },
  );
}

/** Where OpenSSH would look; the files need not exist. */
function sshFiles({ mountRoot, ssh }: Config): SshFiles {
  const home = homedir();
  const user = join(home.startsWith(`${mountRoot}/`) ? '/' : mountRoot, home, '.ssh');
  const system = join(mountRoot, '/etc/ssh');
  return {
    config: [join(user, 'config'), join(system, 'ssh_config')],
    knownHosts: [
      join(user, 'known_hosts'),
      join(system, 'ssh_known_hosts'),
      ...(ssh.knownHosts === '' ? [] : [ssh.knownHosts]),
    ],
  };
}

/** Tells which cluster this is; until it answers, tells why not. Nothing waits for this. */
async function greetCluster(cluster: Cluster, server: string, log: Logger, stop: AbortSignal): Promise<void> {
  for (let attempt = 1; !stop.aborted; attempt++) {
    try {
      log.log({ host: server, version: await cluster.version(stop) });
      log.log({ ping: true });
      return;
    } catch (error) {
      if (stop.aborted) return;
      log.log({ host: server, ping: errorMessage(error) });
      await pause(backOff(attempt, knocks), stop);
    }
  }
}

/** Waits, in milliseconds, or until `stop`. */
async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
}

interface Signals {
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  /** As the first signal, but without a word. */
  end(): void;
}

/** The first signal stops the daemon, a second one or the end of the grace period cuts short. */
function onSignals(log: Logger): Signals {
  const stop = new AbortController();
  const abandon = new AbortController();
  const names = { SIGTERM: 'terminated', SIGINT: 'interrupt' } as const;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return abandon.abort(new Error('stopped'));
      log.log({ exiting: names[signal] });
      stop.abort(new Error('stopped'));
      setTimeout(() => abandon.abort(new Error('stopped')), graceMs).unref();
    });
  }
  return { stop: stop.signal, abandon: abandon.signal, end: () => stop.abort(new Error('stopped')) };
}

process.exitCode = await main();
