import { UserError } from '@fluxctl/shared/errors';
import type { SecretStore } from '../cluster/cluster.ts';
import type { CommitSha, Repository } from '../git/repository.ts';

/** Remembers, outside of the daemon, which revision the cluster was last brought to. */
export interface SyncMarker {
  /** As log lines name it: `tag flux-sync`, `kubernetes flux:secret/flux-git-deploy`. */
  readonly name: string;
  /** Whether reading it costs no request. */
  readonly readsLocally: boolean;
  /** What a revision is compared with in git's words: the tag, or the revision itself. */
  read(signal: AbortSignal): Promise<CommitSha | undefined>;
  write(revision: CommitSha, signal: AbortSignal): Promise<void>;
}

/** `--sync-state=git`: an annotated tag, pushed. */
export function tagMarker(repository: Repository, tag: string): SyncMarker {
  return {
    name: `tag ${tag}`,
    readsLocally: true,
    read: (signal) => repository.tagged(tag, signal),
    write: (revision, signal) => repository.moveTag(tag, revision, 'Sync pointer', signal),
  };
}

/** The annotation that Flux v1 uses; it must stay. */
export const syncHwmAnnotation = 'flux.weave.works/sync-hwm';

/** `--sync-state=secret`: an annotation on the secret that holds the deploy key. */
export function secretMarker(secrets: SecretStore, namespace: string, secret: string): SyncMarker {
  return {
    name: `kubernetes ${namespace}:secret/${secret}`,
    readsLocally: false,
    async read(signal) {
      const found = await secrets.get(secret, signal);
      if (!found) throw missingSecret(namespace, secret);
      const revision = found.annotations[syncHwmAnnotation];
      return revision ? (revision as CommitSha) : undefined;
    },
    write: (revision, signal) =>
      secrets.patch(secret, { annotations: { [syncHwmAnnotation]: revision } }, signal),
  };
}

function missingSecret(namespace: string, secret: string): UserError {
  return new UserError(`there is no secret ${namespace}/${secret} to keep the sync state in`, {
    help: `With --sync-state=secret (or --git-readonly) the daemon notes on a secret what it has applied.\nCreate it: kubectl -n ${namespace} create secret generic ${secret}`,
  });
}
