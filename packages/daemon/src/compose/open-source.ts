import type { Config } from '../config/config.ts';
import type { Repository } from '../git/repository.ts';
import { createManifestLoader } from '../manifests/loader.ts';
import { syncSetName } from '../manifests/mark.ts';
import { secretMarker, tagMarker } from '../reconcile/marker.ts';
import type { SourcePorts } from '../reconcile/pass-ports.ts';
import { createSource, type Source } from '../reconcile/source.ts';
import type { UpdatePorts } from '../release/update-ports.ts';
import { createUpdates, type Updates } from '../release/updates.ts';
import type { Place } from './open-place.ts';

/** The one source that v1's flags describe. */
export function openSource(
  config: Config,
  place: Place,
  repository: Repository,
  ports: Pick<SourcePorts, 'events' | 'onApplied' | 'metrics' | 'log' | 'now' | 'random'>,
): Source {
  const { git, sync, ssh } = config;
  const { cluster, secrets, ownNamespace, defaultNamespace } = place;
  const marker =
    sync.state === 'git'
      ? tagMarker(repository, git.syncTag)
      : secretMarker(secrets, ownNamespace, ssh.secretName);
  return createSource(
    {
      name: 'default',
      branch: git.branch,
      paths: git.paths,
      setName: syncSetName(repository.safeUrl, git.branch, git.paths),
      readonly: git.readonly,
      notesRef: git.notesRef,
      syncIntervalMs: sync.intervalMs,
      syncTimeoutMs: sync.timeoutMs,
      garbageCollection: sync.garbageCollection,
      allowedNamespaces: config.cluster.allowedNamespaces,
      defaultNamespace,
    },
    {
      repository,
      loader: createManifestLoader({ reader: repository }),
      cluster,
      marker,
      ...ports,
    },
  );
}

/** What writes to that source's repository. */
export function openUpdates(
  { git }: Config,
  { config, repository, definitionsAt }: Source,
  ports: Omit<UpdatePorts, 'repository' | 'definitions'>,
): Updates {
  return createUpdates(
    { ...config, setAuthor: git.setAuthor },
    { ...ports, repository, definitions: { at: definitionsAt } },
  );
}
