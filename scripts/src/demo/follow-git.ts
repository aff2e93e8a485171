import { expectLog } from './expect-log.ts';
import type { Step } from './stage.ts';

const installed = [
  'clusterrole.rbac.authorization.k8s.io/flux',
  'clusterrolebinding.rbac.authorization.k8s.io/flux',
  'deployment.apps/flux',
  'deployment.apps/memcached',
  'secret/flux-git-deploy',
  'service/memcached',
  'serviceaccount/flux',
];

/** Part 1 of the walk-through that every release must pass: from nothing to a cluster that follows git. */
export const followGit: readonly Step[] = [
  {
    title: 'A namespace for the daemon',
    async run(_stage, { shell, expect }) {
      const { stdout } = await shell.type('kubectl create ns flux');
      expect('the namespace is there', stdout.includes('namespace/flux created'), stdout);
    },
  },
  {
    title: 'Install manifests, rendered and applied',
    async run({ gitUrl, betweenInstallAndApply }, { shell, expect }) {
      const apply = ['', betweenInstallAndApply, 'kubectl apply -f -'].filter(
        (part, i) => i === 0 || part !== '',
      );
      const { stdout } = await shell.type(
        [
          'fluxctl install --git-user=$GHUSER --git-email=$GHUSER@users.noreply.github.com \\',
          `  --git-url=${gitUrl} --git-path=namespaces,workloads \\`,
          `  --namespace=flux${apply.join(' | ')}`,
        ].join('\n'),
      );
      const created = stdout.split('\n').filter((line) => line.endsWith(' created'));
      const names = created.map((line) => line.slice(0, -' created'.length)).sort();
      expect('seven objects are created', names.join() === installed.join(), created.join('\n'));
    },
  },
  {
    title: 'The daemon comes up',
    run: (stage, tour) => stage.bringUp(tour),
  },
  {
    title: 'Its deploy key',
    async run({ toDaemon, log, repository }, { shell, expect, screen, signal }) {
      const { stdout } = await shell.type(`fluxctl identity ${toDaemon}`);
      const keys = stdout.split('\n').filter((line) => line !== '');
      expect('one ssh-rsa line', keys.length === 1 && /^ssh-rsa AAAA\S+/.test(keys[0] ?? ''), stdout);
      expect('an RSA key of 3072 bits', rsaBits(stdout) === 3072, `${rsaBits(stdout)} bits`);
      await log.find(/git repo not ready: git repo has not been cloned yet/, { withinMs: 15_000, signal });
      expect('until the git host takes it, the daemon says so and keeps trying', true);
      await repository.addDeployKey(stdout.trim(), 'write');
      screen.note('At the git host the key becomes a deploy key of the repository, with write access.');
    },
  },
  {
    title: 'The cluster follows git',
    async run(stage, tour) {
      const from = stage.log.lines.length;
      await stage.callPushHook();
      const head = await stage.repository.head();
      await expectLog(stage, tour, from, [
        ['the repository is read', new RegExp(`event=refreshed url=ssh://\\S+ branch=master HEAD=${head}`)],
        [
          'the sync begins',
          new RegExp(`info="trying to sync git changes to the cluster" old=\\S* new=${head}`),
        ],
        ['three objects are applied', /method=Sync cmd=apply args= count=3/],
        [
          'each is told',
          /namespace\/demo created.*service\/docker-nodejs-demo created.*deployment\.apps\/docker-nodejs-demo created/,
        ],
        ['the tag is moved', new RegExp(`state="tag flux" old=\\S* new=${head}`)],
      ]);
      const tag = await stage.repository.git('rev-parse', 'flux^{commit}');
      tour.expect('in the repository the tag flux marks what has been applied', tag.trim() === head, tag);
    },
  },
  {
    title: 'What runs now',
    async run(stage, { shell, screen, expect }) {
      if (await stage.hasNode()) {
        await shell.type('kubectl -n demo rollout status deployment/docker-nodejs-demo --timeout=180s');
        const pods = await shell.type('kubectl -n demo get pods');
        expect('the pod runs', /^docker-nodejs-demo-\S+ +1\/1 +Running/m.test(pods.stdout), pods.stdout);
      } else {
        screen.note('This cluster has no node: nothing can run there.');
      }
      const services = await shell.type('kubectl -n demo get svc');
      const isNodePort = /^docker-nodejs-demo +NodePort +\S+ +\S+ +80:\d+\/TCP/m.test(services.stdout);
      expect('the service is there, on a port of the node', isNodePort, services.stdout);
      const url = stage.serviceUrl('demo', 'docker-nodejs-demo');
      if (url === undefined) return;
      const { stdout } = await shell.type(`curl --silent --show-error --max-time 10 ${url}`);
      expect('it answers as version 1.0.2', stdout.includes('Hello World (v1.0.2)!'), stdout);
    },
  },
  {
    title: 'A commit, and the cluster is as it says',
    async run(stage, { shell, expect }) {
      await shell.type(`git clone --quiet ${stage.gitUrl} && cd flux-demo && \\
  sed -i.bak 's/replicas: 1/replicas: 2/' workloads/hello.yaml && \\
  git commit --quiet --message='Two of them' workloads/hello.yaml && git push --quiet`);
      const sync = await shell.type(`fluxctl sync ${stage.toDaemon}`);
      expect('fluxctl sync ends when all is applied', sync.stderr.trimEnd().endsWith('Done.'), sync.stderr);
      const { stdout } = await shell.type('kubectl -n demo get deployment docker-nodejs-demo');
      expect('two pods are wanted', /^docker-nodejs-demo +[012]\/2 /m.test(stdout), stdout);
      const list = await shell.type(`fluxctl list-workloads ${stage.toDaemon} --namespace demo`);
      const row = /^demo:deployment\/docker-nodejs-demo +docker-nodejs-demo +\S+:1\.0\.2 +\S+ +automated/m;
      expect('the workload is listed, with its policy', row.test(list.stdout), list.stdout);
      const status = await shell.type(`fluxctl status ${stage.toDaemon}`);
      expect(
        'the daemon is ready, and nothing failed',
        /\bready\b.*\b0\s*$/m.test(status.stdout),
        status.stdout,
      );
    },
  },
];

/** The size of an RSA key's modulus, from its line in OpenSSH's form. */
function rsaBits(line: string): number {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length; ) {
    const length = blob.readUInt32BE(at);
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const modulus = fields[2] ?? Buffer.alloc(0);
  // A leading zero says that the number is positive.
  return (modulus[0] === 0 ? modulus.length - 1 : modulus.length) * 8;
}
