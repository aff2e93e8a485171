import { startGitHost } from '@fluxctl/sandbox/git-host/start-git-host';
import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import type { WorldAnswer } from './messages.ts';

// A cluster, a git host and a registry: `world-process.ts REPOSITORIES TAGS`. In git there is a Deployment for each
// image repository, automated, that runs the newest tag.
const [repositories = 0, tags = 0] = process.argv.slice(2).map(Number);
const [api, gitHost, registry] = await Promise.all([
  startKubeApi(),
  startGitHost({ anyKey: true }),
  startImageRegistry({ tagsEtag: true }),
]);

const names = Array.from({ length: tags }, (_, n) => `1.0.${n}`);
const newest = names.at(-1) ?? '';
const files: Record<string, string> = {};
for (let n = 0; n < repositories; n++) {
  const repository = `team/app-${n}`;
  registry.addImage(repository, newest, { created: '2024-01-01T00:00:00Z' });
  registry.addTags(repository, names, newest);
  files[`apps/app-${n}.yaml`] = deployment(n, `${registry.host}/${repository}:${newest}`);
}
const repository = await gitHost.createRepository('sam/bench', files);
const client = api.client('bench');
client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux' } });
client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'flux-git-deploy', namespace: 'flux' } });

function deployment(n: number, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${n}
  namespace: default
  annotations:
    fluxcd.io/automated: "true"
    fluxcd.io/tag.app: semver:1.*
spec:
  selector:
    matchLabels: {app: app-${n}}
  template:
    metadata:
      labels: {app: app-${n}}
    spec:
      containers:
      - name: app
        image: ${image}
`;
}

const answer: WorldAnswer = {
  type: 'ready',
  kubeconfig: api.kubeconfig,
  gitUrl: repository.url,
  knownHosts: gitHost.knownHosts,
};
process.once('disconnect', () => process.exit());
process.send?.(answer);
