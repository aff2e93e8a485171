import { UserError } from '@fluxctl/shared/errors';
import { version } from '@fluxctl/shared/version';
import { defineCommand } from './command.ts';

export const installCommand = defineCommand({
  name: 'install',
  summary: 'Print the manifests that install the daemon in a cluster',
  details:
    'Nothing is changed in the cluster: the manifests go to stdout or, with --output-dir, into files. They hold no Namespace; make it first.',
  examples: [
    'fluxctl install --git-url=git@github.com:USER/REPO --git-email=USER@example.com --namespace=flux | kubectl apply -f -',
  ],
  flags: {
    'git-url': {
      type: 'string',
      fallback: '',
      help: 'URL of the git repository to follow, as git@github.com:fluxcd/flux-get-started (required)',
    },
    'git-email': { type: 'string', fallback: '', help: 'Email of the daemon as a committer (required)' },
    'git-branch': { type: 'string', fallback: 'master', help: 'Branch to follow' },
    'git-path': {
      type: 'list',
      fallback: '',
      help: 'Folders of the repository to apply manifests from; all if not given',
    },
    'git-paths': {
      type: 'list',
      fallback: '',
      help: 'Another name of --git-path',
      into: 'git-path',
      deprecated: 'please use --git-path (no ending s) instead',
    },
    'git-label': {
      type: 'string',
      fallback: 'flux',
      help: 'Name of the tag that marks what is applied, and of the git notes',
    },
    'git-user': { type: 'string', fallback: 'Flux', help: 'Name of the daemon as a committer' },
    'git-readonly': { type: 'switch', fallback: 'false', help: 'Never write to the repository' },
    'manifest-generation': {
      type: 'switch',
      fallback: 'false',
      help: 'Generate manifests as .flux.yaml files in the repository say',
    },
    'registry-disable-scanning': {
      type: 'switch',
      fallback: 'false',
      help: 'Do not look for new images; leaves out memcached',
    },
    namespace: {
      type: 'string',
      fallback: '',
      help: "Namespace to install into; the kubeconfig context's, or default, if not given",
    },
    'output-dir': {
      type: 'string',
      short: 'o',
      fallback: '',
      help: 'An existing directory to write one file per manifest into, in place of stdout',
    },
    'add-security-context': {
      type: 'switch',
      fallback: 'true',
      help: 'Let memcached run as a user of its own without privileges',
    },
    image: {
      type: 'string',
      fallback: `docker.io/fluxctl/fluxd:${version}`,
      help: 'Image of the daemon',
    },
  },
  async run({ flags }, { out, err, env, kubeContext }) {
    if (flags['git-url'] === '') throw new UserError('please supply a valid --git-url argument');
    if (flags['git-email'] === '') throw new UserError('please supply a valid --git-email argument');
    const dir = flags['output-dir'];
    const [{ manifestFiles }, { renderFile }, { writeFiles }, { checkDirectory }, { defaultNamespace }] =
      await Promise.all([
        import('../install/manifests.ts'),
        import('../install/render.ts'),
        import('../install/write-files.ts'),
        import('../output/check-directory.ts'),
        import('../connect/contexts.ts'),
      ]);
    if (dir !== '') await checkDirectory(dir);
    const files = manifestFiles({
      namespace: flags.namespace || (await defaultNamespace(env, kubeContext)),
      image: flags.image,
      gitUrl: flags['git-url'],
      gitBranch: flags['git-branch'],
      gitPaths: flags['git-path'],
      gitLabel: flags['git-label'],
      gitUser: flags['git-user'],
      gitEmail: flags['git-email'],
      gitReadonly: flags['git-readonly'],
      manifestGeneration: flags['manifest-generation'],
      registryDisableScanning: flags['registry-disable-scanning'],
      addSecurityContext: flags['add-security-context'],
    });
    if (dir === '') out.write(files.map(renderFile).join(''));
    else await writeFiles(dir, files, (path) => err.line(`writing ${path}`));
  },
});
