import type { ApiClient } from '@fluxctl/shared/api/client';
import { UserError } from '@fluxctl/shared/errors';
import type { FlagTable, FlagValues } from '@fluxctl/shared/flags/flag';
import { type CommandContext, defineCommand } from './command.ts';
import { checkFormat, wideFormats, wideListingFlags } from './listing-flags.ts';
import {
  allNamespacesFlag,
  chosenNamespace,
  controllerFlag,
  namespaceFlag,
  parseWorkload,
} from './workload-flags.ts';

const scopeFlags = {
  ...namespaceFlag,
  ...allNamespacesFlag,
  workload: {
    type: 'string',
    short: 'w',
    fallback: '',
    help: 'Show only this workload, as deployment/hello or demo:deployment/hello',
  },
  ...controllerFlag,
} as const satisfies FlagTable;

/** Whose images to list: of a namespace (empty: all), or of one workload. */
type ImageScope = Parameters<ApiClient['listImages']>[0];

const allWorkloads = '<all>';

export const listImagesCommand = defineCommand({
  name: 'list-images',
  summary: 'Show the images that workloads run, and those that the registry has for them',
  details:
    'The arrow is at the image that a container has; above it stand the newer ones, by the order of its policy. `fluxctl explain` tells which of them is taken and why.',
  examples: [
    'fluxctl list-images --workload=demo:deployment/hello',
    'fluxctl list-images --all-namespaces --limit=3 -o wide',
  ],
  flags: {
    ...scopeFlags,
    limit: {
      type: 'integer',
      short: 'l',
      fallback: '10',
      help: 'How many images to show of each container; 0 for all',
    },
    ...wideListingFlags,
  },
  values: { 'output-format': wideFormats },
  async run({ flags }, context) {
    const { out } = context;
    const format = checkFormat(flags['output-format'], wideFormats);
    if (flags.workload !== '' && flags.controller !== '') {
      throw new UserError("can't specify both the controller and image");
    }
    const scope = await chosenScope(flags, context);
    const api = await context.connect();
    const answer = await api.listImages(scope);
    const { cutAvailable, readImages, readImagesForTable } = await import('../images/read-images.ts');
    if (format === 'json') {
      if (flags.limit < 0) throw new UserError('opts.limit cannot be less than 0');
      const { goJson } = await import('@fluxctl/shared/go-json');
      return out.line(goJson(cutAvailable(readImages(answer), flags.limit)));
    }
    const [{ imageTable }, { containerFilters }, { fillIn, lacksImage, workloadsOf }] = await Promise.all([
      import('../images/image-table.ts'),
      import('../images/container-filters.ts'),
      import('../images/workloads-of.ts'),
    ]);
    const images = readImagesForTable(answer);
    const isWide = format === 'wide';
    const workloads = isWide || images.some(lacksImage) ? await workloadsOf(api, scope) : [];
    const table = imageTable(fillIn(images, workloads), {
      limit: Math.max(0, flags.limit),
      headers: !flags['no-headers'],
      paint: await out.paint(),
      ...(isWide ? { filterOf: containerFilters(workloads) } : {}),
    });
    out.write(table);
    if (images.length === 0) tellNothing(scope, context);
  },
});

async function chosenScope(
  flags: FlagValues<typeof scopeFlags>,
  context: CommandContext,
): Promise<ImageScope> {
  const text = flags.workload || flags.controller;
  if (text !== '') return { namespace: '', service: await parseWorkload(text, flags.namespace, context) };
  const namespace = flags['all-namespaces'] ? '' : await chosenNamespace(flags.namespace, context);
  return { namespace, service: allWorkloads };
}

/** Why the table is empty. Nobody reads that in a script that lists a namespace. */
function tellNothing({ namespace, service }: ImageScope, { out, err }: CommandContext): void {
  const others = '--all-namespaces lists those of all';
  if (service !== allWorkloads) err.line(`The cluster has no workload ${service}; ${others}.`);
  else if (namespace !== '' && out.isTerminal) {
    err.line(`No workload in namespace "${namespace}"; ${others}.`);
  }
}
