import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, FluxError } from '@fluxctl/shared/errors';
import { version } from '@fluxctl/shared/version';
import { greetCluster } from './compose/greet-cluster.ts';
import { openAutomation } from './compose/open-automation.ts';
import { openKeyRing, openMirror } from './compose/open-git.ts';
import { openImages } from './compose/open-images.ts';
import { openPlace } from './compose/open-place.ts';
import { openRollouts } from './compose/open-rollouts.ts';
import { openSource, openUpdates } from './compose/open-source.ts';
import { type Config, readConfig } from './config/config.ts';
import { usage } from './config/usage.ts';
import { createEventRecorder } from './events/recorder.ts';
import { importGpgKeys } from './git/gpg-keys.ts';
import type { Repository } from './git/repository.ts';
import type { ApiPorts } from './http/api-ports.ts';
import { listen } from './http/listen.ts';
import { createApiServer, createMetricsServer } from './http/server.ts';
import { tokenFile } from './http/token-file.ts';
import { createJobQueue } from './jobs/job-queue.ts';
import { createLogger } from './log/create-logger.ts';
import { gatherLines } from './log/gather-lines.ts';
import type { Logger } from './log/logger.ts';
import { createMetrics } from './metrics/metrics.ts';

/** After the first signal, what is under way may end; Kubernetes kills after 30 s. In milliseconds. */
const graceMs = 25_000;
const eventsRemembered = 100;
const jobsRemembered = 100;
/** How long the first clone waits for the deploy key, which may have to be made, in milliseconds. */
const keyMomentMs = 5_000;

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
      const signals = onSignals(log);
      return run(result.config, signals, log).catch((error: unknown) => {
        // Whoever was told to stop has done nothing wrong by it.
        if (signals.areGiven() && error === signals.stop.reason) return 0;
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
  const lines = gatherLines((text) => void process.stderr.write(text));
  // Also when it ends by an error that nobody has caught.
  process.once('exit', lines.flush);
  return createLogger({ format, now, write: lines.write });
}

/** Builds the daemon from its rooms and lets it run until a signal comes. */
async function run(config: Config, { stop, abandon, end }: Signals, log: Logger): Promise<number> {
  await using resources = new AsyncDisposableStack();
  // Whatever happens, watches must end, or the process would not.
  resources.defer(end);

  const { env } = process;
  const { random } = Math;
  await importGpgKeys(config.git.gpgKeys, { env, log }, stop);
  const place = await openPlace(config, { env, log, now, random, stop });
  resources.defer(() => place.close());
  const { cluster, ownNamespace, secrets } = place;
  const keyRing = openKeyRing(config, { secrets, log, env, random });
  resources.defer(() => keyRing.close());
  const repository = await openMirror(config, keyRing, { env, now });
  resources.defer(() => repository.close());

  const metrics = createMetrics();
  const events = createEventRecorder(log, eventsRemembered);
  const common = { cluster, events, metrics, log, now, random };
  const source = openSource(config, place, repository, {
    ...common,
    onApplied: (changes, signal) => rollouts.applied(changes, signal),
  });
  const sources = [source];
  const images = await openImages(config.images, { ...common, sources, env, stop });
  resources.defer(() => images.close());
  const { timeoutMs } = config.sync;
  const jobs = createJobQueue({ remembered: jobsRemembered, timeoutMs, metrics, log });
  tellConfiguration(config, repository, log);
  const updates = openUpdates(config, source, {
    ...common,
    images: images.registry,
    onAutomated: () => automation.askSoon(),
  });
  const rollouts = openRollouts(source, { ...common, updates, jobs });
  const automation = openAutomation(config.images, { ...common, sources, images, updates, jobs });
  const ports: ApiPorts = {
    ...{ version, cluster, sources, jobs, updates, rollouts, metrics, log },
    deployKey: keyRing,
    images: images.registry,
    scanning: config.images.scanning,
    freeze: config.images.freeze,
    now: () => new Date(now()),
  };
  await serve(config, ports, { ownNamespace, abandon }, resources);

  /** A clone without a key would only fail; yet a key may also come from the user's own configuration. */
  const followWithKey = async (): Promise<void> => {
    const key = keyRing.run(stop).then(() => 'found' as const);
    const late = (await Promise.race([key, pause(keyMomentMs, stop)])) !== 'found';
    await Promise.all([late && key.then(() => repository.notify()), source.run(stop, abandon)]);
  };
  await Promise.all([
    greetCluster(place, { log, random }, stop),
    followWithKey(),
    jobs.run(stop, abandon),
    images.run(stop),
    automation.run(stop),
    rollouts.run(stop),
  ]);
  return 0;
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

/** Waits, in milliseconds, or until `stop`. */
async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
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

interface Signals {
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  /** Whether somebody wants the daemon to end. */
  areGiven(): boolean;
  /** As the first signal, but without a word. */
  end(): void;
}

/** The first signal stops the daemon, a second one or the end of the grace period cuts short. */
function onSignals(log: Logger): Signals {
  const stop = new AbortController();
  const abandon = new AbortController();
  let areGiven = false;
  const names = { SIGTERM: 'terminated', SIGINT: 'interrupt' } as const;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (areGiven) return abandon.abort(new Error('stopped'));
      areGiven = true;
      log.log({ exiting: names[signal] });
      stop.abort(new Error('stopped'));
      setTimeout(() => abandon.abort(new Error('stopped')), graceMs).unref();
    });
  }
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    areGiven: () => areGiven,
    end: () => stop.abort(new Error('stopped')),
  };
}

process.exitCode = await main();
