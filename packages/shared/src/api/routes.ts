/**
 * Every route of the HTTP API, once: the daemon registers these, the client calls them, and
 * `docs/api.md` is checked against them. Paths stand under the prefix `/api/flux`.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  /** Keys that must be in the query, if only empty: without them the route does not exist. */
  readonly required?: readonly string[];
  /** Answers `HEAD` too, as Flux v1 does here and nowhere else. */
  readonly head?: true;
  /** Answers callers who show no token. */
  readonly open?: true;
}

/** Where the API is mounted. */
export const apiPrefix = '/api/flux';

/** By the route's name, which is also its label in the metric `flux_request_duration_seconds`. */
export const routes = {
  Ping: { method: 'GET', path: '/v11/ping', open: true },
  Version: { method: 'GET', path: '/v11/version' },
  Notify: { method: 'POST', path: '/v11/notify' },
  ListServices: { method: 'GET', path: '/v6/services' },
  ListServicesWithOptions: { method: 'GET', path: '/v11/services' },
  ListImages: { method: 'GET', path: '/v6/images' },
  ListImagesWithOptions: { method: 'GET', path: '/v10/images' },
  UpdateManifests: { method: 'POST', path: '/v9/update-manifests' },
  UpdateImages: { method: 'POST', path: '/v6/update-images', required: ['service', 'image', 'kind'] },
  UpdatePolicies: { method: 'PATCH', path: '/v6/policies' },
  JobStatus: { method: 'GET', path: '/v6/jobs', required: ['id'] },
  SyncStatus: { method: 'GET', path: '/v6/sync', required: ['ref'] },
  Export: { method: 'GET', path: '/v6/export', head: true },
  GitRepoConfig: { method: 'POST', path: '/v9/git-repo-config' },
  GetPublicSSHKey: { method: 'GET', path: '/v6/identity.pub', open: true },
  RegeneratePublicSSHKey: { method: 'POST', path: '/v6/identity.pub' },
  Status: { method: 'GET', path: '/v12/status' },
  Workloads: { method: 'GET', path: '/v12/workloads' },
  Registry: { method: 'GET', path: '/v12/registry' },
  Explain: { method: 'GET', path: '/v12/explain', required: ['workload'] },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
