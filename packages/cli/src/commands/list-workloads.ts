import type { ApiClient } from '@fluxctl/shared/api/client';
import type { WideColumn } from '../workloads/wide-columns.ts';
import { type CommandContext, defineCommand } from './command.ts';
import { checkFormat, wideFormats, wideListingFlags } from './listing-flags.ts';
import { allNamespacesFlag, chosenNamespace, namespaceFlag } from './workload-flags.ts';

export const listWorkloadsCommand = defineCommand({
  name: 'list-workloads',
  aliases: ['list-controllers'],
  summary: 'List workloads that run in the cluster',
  examples: ['fluxctl list-workloads --namespace=demo', 'fluxctl list-workloads --all-namespaces -o wide'],
  flags: {
    ...namespaceFlag,
    ...allNamespacesFlag,
    container: {
      type: 'string',
      short: 'c',
      fallback: '',
      help: 'List only workloads that have a container of this name',
    },
    ...wideListingFlags,
  },
  values: { 'output-format': wideFormats },
  async run({ flags }, context) {
    const { out, err, connect } = context;
    const format = checkFormat(flags['output-format'], wideFormats);
    const namespace = flags['all-namespaces'] ? '' : await chosenNamespace(flags.namespace, context);
    const api = await connect();
    const [{ readWorkloads, selectWorkloads }, { workloadTable, workloadJson }] = await Promise.all([
      import('../workloads/read-workloads.ts'),
      import('../workloads/print-workloads.ts'),
    ]);
    const workloads = selectWorkloads(readWorkloads(await api.listServices(namespace)), flags.container);
    if (format === 'json') return out.line(workloadJson(workloads));
    const paint = await out.paint();
    const further = format === 'wide' ? await furtherColumns(api, namespace, context) : [];
    out.write(workloadTable(workloads ?? [], { headers: !flags['no-headers'], paint, further }));
    if (!workloads?.length && namespace !== '' && out.isTerminal) {
      err.line(`No such workload in namespace "${namespace}"; --all-namespaces lists those of all.`);
    }
  },
});

async function furtherColumns(
  api: ApiClient,
  namespace: string,
  { out, err }: CommandContext,
): Promise<readonly WideColumn[]> {
  const [details, { wideColumns }] = await Promise.all([
    api.workloadDetails(namespace),
    import('../workloads/wide-columns.ts'),
  ]);
  if (!details) err.line('This daemon is too old to tell which images would be updated: no column UPDATE.');
  return wideColumns(details, await out.paint());
}
