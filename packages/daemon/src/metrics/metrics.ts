import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Success = 'true' | 'false';

export type ReleaseType = 'latest_images' | 'specific_image' | 'containers' | 'automated';
export type ReleaseStage = 'select_workloads' | 'lookup_images' | 'write_changes' | 'verify_changes';

/** What Prometheus may ask for; names, labels and buckets are Flux v1's. */
export interface Metrics {
  /** Every pass; failures of single objects count as success. In seconds. */
  syncDuration(success: boolean, seconds: number): void;
  /** Objects of the last pass that are, and are not, as git has them. */
  syncManifests(succeeded: number, failed: number): void;
  jobDuration(success: boolean, seconds: number): void;
  queueDuration(seconds: number): void;
  queueLength(length: number): void;
  gitReady(ready: boolean): void;
  /** Computing and committing a release, without the push. */
  release(
    labels: { readonly type: ReleaseType; readonly kind: 'plan' | 'execute'; readonly success: boolean },
    seconds: number,
  ): void;
  releaseStage(stage: ReleaseStage, seconds: number): void;
  /** A scan of one image repository. */
  registryFetch(success: boolean, seconds: number): void;
  /** A request to an image registry. */
  clientFetch(kind: 'tags' | 'metadata', success: boolean, seconds: number): void;
  /** A request to memcached. */
  cacheRequest(method: 'GetKey' | 'SetKey', success: boolean, seconds: number): void;
  /** What a registry lets us pull in so many seconds, and how much of it is left. */
  registryQuota(
    host: string,
    quota: { readonly limit: number; readonly remaining: number; readonly window: number },
  ): void;
  request(labels: { method: string; route: string; status: number }, seconds: number): void;
  readonly contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

const syncBuckets = [0.5, 5, 10, 20, 30, 40, 50, 60, 75, 90, 120, 240];
const jobBuckets = [0.1, 0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 120];
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const sync = new Histogram({
    name: 'flux_daemon_sync_duration_seconds',
    help: 'Duration of git-to-cluster synchronisation, in seconds.',
    labelNames: ['success'],
    buckets: syncBuckets,
    registers,
  });
  const manifests = new Gauge({
    name: 'flux_daemon_sync_manifests',
    help: 'Number of synchronized manifests.',
    labelNames: ['success'],
    registers,
  });
  const jobs = new Histogram({
    name: 'flux_daemon_job_duration_seconds',
    help: 'Duration of job execution, in seconds.',
    labelNames: ['success'],
    buckets: jobBuckets,
    registers,
  });
  const queued = new Histogram({
    name: 'flux_daemon_queue_duration_seconds',
    help: 'Duration of time spent in the job queue before execution, in seconds.',
    buckets: jobBuckets,
    registers,
  });
  const releases = new Histogram({
    name: 'flux_fluxsvc_release_duration_seconds',
    help: 'Release method duration in seconds.',
    labelNames: ['release_type', 'release_kind', 'success'],
    buckets: requestBuckets,
    registers,
  });
  const releaseStages = new Histogram({
    name: 'flux_fluxsvc_release_stage_duration_seconds',
    help: 'Duration in seconds of each stage of a release, including dry-runs.',
    labelNames: ['stage'],
    buckets: requestBuckets,
    registers,
  });
  const requests = new Histogram({
    name: 'flux_request_duration_seconds',
    help: 'Time (in seconds) spent serving HTTP requests.',
    labelNames: ['method', 'route', 'status_code', 'ws'],
    buckets: requestBuckets,
    registers,
  });
  const images = imageMetrics(registers);
  const onFirstUse = lazyGauges(registry);

  return {
    syncDuration: (success, seconds) => sync.observe({ success: label(success) }, seconds),
    syncManifests(succeeded, failed) {
      manifests.set({ success: 'true' }, succeeded);
      manifests.set({ success: 'false' }, failed);
    },
    jobDuration: (success, seconds) => jobs.observe({ success: label(success) }, seconds),
    queueDuration: (seconds) => queued.observe(seconds),
    queueLength: (length) =>
      onFirstUse('flux_daemon_queue_length_count', 'Count of jobs waiting in the queue to be run.').set(
        length,
      ),
    gitReady: (ready) =>
      onFirstUse('flux_git_ready', 'Status of the git repository: 1 is ready, 0 is not.').set(ready ? 1 : 0),
    release: ({ type, kind, success }, seconds) =>
      releases.observe({ release_type: type, release_kind: kind, success: label(success) }, seconds),
    releaseStage: (stage, seconds) => releaseStages.observe({ stage }, seconds),
    ...images,
    request: ({ method, route, status }, seconds) =>
      requests.observe({ method, route, status_code: String(status), ws: 'false' }, seconds),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

type ImageMetrics = Pick<Metrics, 'registryFetch' | 'clientFetch' | 'cacheRequest' | 'registryQuota'>;

function imageMetrics(registers: Registry[]): ImageMetrics {
  const scans = new Histogram({
    name: 'flux_registry_fetch_duration_seconds',
    help: 'Duration of scans of image repositories, in seconds.',
    labelNames: ['success'],
    buckets: requestBuckets,
    registers,
  });
  const fetches = new Histogram({
    name: 'flux_client_fetch_duration_seconds',
    help: 'Duration of requests to image registries, in seconds.',
    labelNames: ['kind', 'success'],
    buckets: requestBuckets,
    registers,
  });
  const cache = new Histogram({
    name: 'flux_cache_request_duration_seconds',
    help: 'Duration of cache requests, in seconds.',
    labelNames: ['method', 'success'],
    buckets: requestBuckets,
    registers,
  });
  const quotaGauge = (what: string, help: string) =>
    new Gauge({ name: `flux_registry_quota_${what}`, help, labelNames: ['host'], registers });
  const limit = quotaGauge('limit', 'Images that the registry lets us pull in a window.');
  const remaining = quotaGauge('remaining', 'Images that may still be pulled in this window.');
  const window = quotaGauge('window_seconds', 'Length of the window.');
  return {
    registryFetch: (success, seconds) => scans.observe({ success: label(success) }, seconds),
    clientFetch: (kind, success, seconds) => fetches.observe({ kind, success: label(success) }, seconds),
    cacheRequest: (method, success, seconds) => cache.observe({ method, success: label(success) }, seconds),
    registryQuota(host, quota) {
      limit.set({ host }, quota.limit);
      remaining.set({ host }, quota.remaining);
      window.set({ host }, quota.window);
    },
  };
}

function label(success: boolean): Success {
  return success ? 'true' : 'false';
}

/** A gauge without labels would show 0 before it was ever set; v1 shows nothing then. */
function lazyGauges(registry: Registry): (name: string, help: string) => Gauge {
  const made = new Map<string, Gauge>();
  return (name, help) => {
    const gauge = made.get(name) ?? new Gauge({ name, help, registers: [registry] });
    made.set(name, gauge);
    return gauge;
  };
}
