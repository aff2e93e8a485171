import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What tests use where it is there, and how a person gets it. */
const wanted: readonly { readonly program: string; readonly what: string }[] = [
  { program: 'kubectl', what: 'kubectl' },
  { program: 'sshd', what: "OpenSSH's server" },
  { program: 'memcached', what: 'memcached' },
  { program: 'docker-registry', what: 'docker-registry' },
  { program: 'skopeo', what: 'skopeo' },
  { program: 'shellcheck', what: 'shellcheck' },
];

/** Programs of administrators, which are not on everyone's PATH. */
const systemFolders = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

/** The real things that this machine has not, so that their tests are skipped; empty when all are there. */
export function whatIsMissing(env: NodeJS.ProcessEnv): readonly string[] {
  const folders = [...(env.PATH ?? '').split(delimiter), ...systemFolders];
  const missing = wanted.filter(
    ({ program }) => !folders.some((folder) => isExecutable(join(folder, program))),
  );
  return [...realClusterMissing(env), ...missing.map(({ what }) => `${what} (not installed)`)];
}

function realClusterMissing({ KUBEBUILDER_ASSETS: folder }: NodeJS.ProcessEnv): readonly string[] {
  if (!folder) return ['a real Kubernetes API server (KUBEBUILDER_ASSETS is not set)'];
  const programs = ['kube-apiserver', 'kube-controller-manager', 'etcd'];
  const lacking = programs.filter((program) => !isExecutable(join(folder, program)));
  if (lacking.length === 0) return [];
  return [`a real Kubernetes API server (KUBEBUILDER_ASSETS has no ${lacking.join(' and no ')})`];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
