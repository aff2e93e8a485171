import { AnswerError, DaemonError } from './api-error.ts';
import { jsonOf } from './read-answer.ts';
import { routes } from './routes.ts';
import { type Endpoint, type Request, sendRequest } from './send-request.ts';
import type { ControllerStatus, DaemonStatus, GitConfig, JobStatus, UpdateSpec } from './types.ts';

/** What a client can ask of a daemon, Flux v1's or ours. */
export interface ApiClient {
  /** @param namespace - empty for all */
  listServices(namespace: string): Promise<readonly ControllerStatus[] | null>;
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
}

/** @param signal - ends whatever request is under way */
export function createApiClient(endpoint: Endpoint, signal: AbortSignal): ApiClient {
  /** What foreign JSON holds is looked at where it is used. */
  const ask = async <T>(request: Request, whenEmpty?: T): Promise<T> =>
    jsonOf(await sendRequest(endpoint, request, signal), whenEmpty) as T;

  return {
    listServices: (namespace) => ask({ route: routes.ListServices, query: { namespace } }),
    updateManifests: (spec) => ask({ route: routes.UpdateManifests, body: spec }, ''),
    jobStatus: (id) => ask({ route: routes.JobStatus, query: { id } }),
    syncStatus: (ref) => ask({ route: routes.SyncStatus, query: { ref } }),
    export: () => ask({ route: routes.Export }),
    gitRepoConfig: (regenerate) => ask({ route: routes.GitRepoConfig, body: regenerate }),
    async status({ all = false } = {}) {
      try {
        return await ask<DaemonStatus>({ route: routes.Status, query: all ? { outcomes: 'all' } : {} });
      } catch (error) {
        const foreign = error instanceof DaemonError || error instanceof AnswerError;
        if (foreign && error.status === 404) return undefined;
        throw error;
      }
    },
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
