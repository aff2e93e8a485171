import { defineCommand } from './command.ts';
import { formatFlag } from './listing-flags.ts';
import { updateFlags } from './update-flags.ts';
import { namespaceFlag } from './workload-flags.ts';

export const releaseCommand = defineCommand({
  name: 'release',
  summary: 'Write new images into the git repository',
  details: [
    'The daemon writes the images into the manifests, pushes the commit and applies it; fluxctl waits for that. --all or some --workload say where; --update-all-images takes the newest image that the policies of each container allow, --update-image a certain one.',
    '--interactive lets you choose from a menu, on its own among all workloads and images. Keys: arrows, j and k, Tab, Home and End move; Space toggles; a toggles all; PgUp and PgDn look further; Enter releases; q, Esc and Ctrl-C leave.',
    '--dry-run only says what would be released, with -o json as a plan. --plan carries out exactly such a plan, or fails and says what has moved since.',
    '--watch follows the rollout until all workloads are ready. It fails when a rollout fails, or when nothing changes for as long as --timeout.',
  ].join('\n\n'),
  examples: [
    'fluxctl release --workload=demo:deployment/hello --update-all-images',
    'fluxctl release --interactive --namespace=demo',
    'fluxctl release --all --update-all-images --dry-run -o json >plan.json',
    'fluxctl release --plan=plan.json --watch',
  ],
  flags: {
    ...namespaceFlag,
    workload: {
      type: 'list',
      fallback: '',
      help: 'The workloads to release, as deployment/hello or demo:deployment/hello',
    },
    all: { type: 'switch', fallback: 'false', help: 'Release all workloads' },
    'update-image': {
      type: 'string',
      short: 'i',
      fallback: '',
      help: 'Release this image, as quay.io/org/app:1.2',
    },
    'update-all-images': {
      type: 'switch',
      fallback: 'false',
      help: 'Release the newest image that each container is allowed',
    },
    exclude: { type: 'list', fallback: '', help: 'Workloads to leave out' },
    'dry-run': { type: 'switch', fallback: 'false', help: 'Only say what would be released' },
    ...formatFlag,
    plan: {
      type: 'string',
      fallback: '',
      help: 'Carry out the plan in this file, which --dry-run -o json has written; - is stdin',
    },
    interactive: { type: 'switch', fallback: 'false', help: 'Choose from a menu what to release' },
    force: {
      type: 'switch',
      short: 'f',
      fallback: 'false',
      help: 'Release locked workloads, if they are named; with --update-image, images that the policies do not allow',
    },
    watch: {
      type: 'switch',
      short: 'w',
      fallback: 'false',
      help: 'Follow the rollout until all workloads are ready',
    },
    controller: {
      type: 'list',
      short: 'c',
      fallback: '',
      help: 'Another name of --workload',
      deprecated: 'changed to --workload, use that instead',
    },
    ...updateFlags,
  },
  async run({ flags, given }, context) {
    if (given.has('plan')) {
      const { releasePlan } = await import('../release/release-plan.ts');
      return releasePlan(flags, given, context);
    }
    const { releaseImages } = await import('../release/release-images.ts');
    await releaseImages(flags, given, context);
  },
});
