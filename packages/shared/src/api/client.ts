import { AnswerError, DaemonError } from './api-error.ts';
import { jsonOf } from './read-answer.ts';
import { routes } from './routes.ts';
import { type Endpoint, type Request, sendRequest } from './send-request.ts';
import type {
  ControllerStatus,
  DaemonStatus,
  GitConfig,
  ImageStatus,
  JobStatus,
  RegistryStatus,
  UpdateSpec,
  WorkloadDetail,
  WorkloadExplanation,
} from './types.ts';

/** What a client can ask of a daemon, Flux v1's or ours. */
export interface ApiClient {
  /** @param namespace - empty for all */
  listServices(namespace: string): Promise<readonly ControllerStatus[] | null>;
  /** These workloads, wherever they are. @param ids - none: an empty list is all workloads to a daemon */
  listServicesById(ids: readonly string[]): Promise<readonly ControllerStatus[] | null>;
  /** @param service - an id, or `<all>`; with an id the namespace is empty */
  listImages(ask: {
    readonly namespace: string;
    readonly service: string;
  }): Promise<readonly ImageStatus[] | null>;
  /** @returns the id of the job */
  updateManifests(spec: UpdateSpec): Promise<string>;
  jobStatus(id: string): Promise<JobStatus>;
  /** The commits up to `ref` that are not applied yet; Go's daemon may say `null` for none. */
  syncStatus(ref: string): Promise<readonly string[] | null>;
  /** Everything of the cluster that could be in git: base64 of a stream of YAML documents. */
  export(): Promise<string | null>;
  /** @param regenerate - make a new deploy key first */
  gitRepoConfig(regenerate: boolean): Promise<GitConfig>;
  /**
   * Undefined when the daemon is too old to tell, as Flux v1's is.
   * @param all - every outcome of the last pass, not only failures and warnings
   */
  status(options?: { readonly all?: boolean }): Promise<DaemonStatus | undefined>;
  /** As `listServices`, with what is ours; undefined when the daemon is too old to tell. */
  workloadDetails(namespace: string): Promise<readonly WorkloadDetail[] | undefined>;
  /** Undefined when the daemon is too old to tell. */
  registry(): Promise<RegistryStatus | undefined>;
  /** Undefined when the daemon is too old to tell. @throws {DaemonError} when it knows no such workload */
  explain(workload: string): Promise<WorkloadExplanation | undefined>;
}

/** What a daemon says of a route that it does not have. */
const noRoute = 'API endpoint not found';

/** @param signal - ends whatever request is under way */
export function createApiClient(endpoint: Endpoint, signal: AbortSignal): ApiClient {
  /** What foreign JSON holds is looked at where it is used. */
  const ask = async <T>(request: Request, whenEmpty?: T): Promise<T> =>
    jsonOf(await sendRequest(endpoint, request, signal), whenEmpty) as T;

  /** What only our daemon knows. */
  const askOurs = async <T>(request: Request): Promise<T | undefined> => {
    try {
      return await ask<T>(request);
    } catch (error) {
      const foreign = error instanceof AnswerError && error.status === 404;
      if (foreign || (error instanceof DaemonError && error.message === noRoute)) return undefined;
      throw error;
    }
  };

  return {
    listServices: (namespace) => ask({ route: routes.ListServices, query: { namespace } }),
    async listServicesById(ids) {
      if (ids.length === 0) return [];
      const query = { namespace: '', services: ids.join(',') };
      return ask({ route: routes.ListServicesWithOptions, query });
    },
    listImages: ({ namespace, service }) =>
      ask({ route: routes.ListImagesWithOptions, query: { containerFields: '', namespace, service } }),
    updateManifests: (spec) => ask({ route: routes.UpdateManifests, body: spec }, ''),
    jobStatus: (id) => ask({ route: routes.JobStatus, query: { id } }),
    syncStatus: (ref) => ask({ route: routes.SyncStatus, query: { ref } }),
    export: () => ask({ route: routes.Export }),
    gitRepoConfig: (regenerate) => ask({ route: routes.GitRepoConfig, body: regenerate }),
    status: ({ all = false } = {}) =>
      askOurs({ route: routes.Status, query: all ? { outcomes: 'all' } : {} }),
    workloadDetails: (namespace) => askOurs({ route: routes.Workloads, query: { namespace } }),
    registry: () => askOurs({ route: routes.Registry }),
    explain: (workload) => askOurs({ route: routes.Explain, query: { workload } }),
  };
}

/**
 * Reads the address of an API.
 * @throws {Error} `parse "TEXT": REASON`
 */
export function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new Error(`parse ${JSON.stringify(text)}: it must be like http://127.0.0.1:3030/api/flux`);
}
