import { randomBytes } from 'node:crypto';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { FileChanges } from '@fluxctl/sandbox/git-host/fast-import';
import type { HostedRepository } from '@fluxctl/sandbox/git-host/hosted-repository';
import { type GitHost, startGitHost } from '@fluxctl/sandbox/git-host/start-git-host';
import { type Kube, kubeOf } from './kube.ts';
import { createFluxd, eventually, type Fluxd } from './start-fluxd.ts';

/** A namespace of its own, a repository of its own and a daemon that brings them together. */
export interface Followed extends AsyncDisposable {
  readonly namespace: string;
  readonly host: GitHost;
  readonly repository: HostedRepository;
  readonly kube: Kube;
  readonly fluxd: Fluxd;
  configMap(name: string): Promise<Record<string, unknown> | undefined>;
  /** Waits until the tag `flux` is on the head of the branch. */
  synced(): Promise<string>;
}

export interface FollowedOptions {
  /** Files by the namespace's name, which is given. */
  readonly files: (namespace: string) => FileChanges;
  readonly args?: readonly string[];
  /** Of the daemon, beside the usual. */
  readonly env?: Readonly<Record<string, string>>;
  readonly branch?: string;
}

export async function follow(
  cluster: ClusterAccess,
  { files, args = [], env, branch = 'master' }: FollowedOptions,
): Promise<Followed> {
  const namespace = `test-${randomBytes(4).toString('hex')}`;
  const kube = kubeOf(cluster);
  const host = await startGitHost({ anyKey: true });
  const repository = await host.createRepository('sam/demo', files(namespace));
  const meta = { apiVersion: 'v1', metadata: { name: namespace } };
  await kube.create('/api/v1/namespaces', { ...meta, kind: 'Namespace' });
  await kube.create(`/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'flux-git-deploy' },
  });
  const fluxd = await createFluxd({
    kubeconfig: cluster.kubeconfig,
    knownHosts: host.knownHosts,
    env,
    args: [
      `--git-url=${repository.url}`,
      `--git-branch=${branch}`,
      '--git-label=flux',
      `--k8s-namespace=${namespace}`,
      `--k8s-default-namespace=${namespace}`,
      '--sync-garbage-collection',
      ...args,
    ],
  });
  return {
    namespace,
    host,
    repository,
    kube,
    fluxd,
    configMap: (name) => kube.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`),
    synced: () =>
      eventually(async () => {
        const [tag, head] = [(await repository.tag('flux'))?.revision, await repository.head(branch)];
        if (tag !== head) throw new Error(`the tag is on ${tag}, not on ${head}:\n${fluxd.log.slice(-4000)}`);
        return head;
      }),
    async [Symbol.asyncDispose]() {
      await fluxd[Symbol.asyncDispose]();
      await host.stop();
    },
  };
}

export function configMap(name: string, value = 'one', more = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data:\n  value: "${value}"\n`;
}
