import { defineCommand } from './command.ts';
import { checkFormat, listingFlags, outputFormats } from './listing-flags.ts';
import { allNamespacesFlag, chosenNamespace, namespaceFlag } from './workload-flags.ts';

export const listWorkloadsCommand = defineCommand({
  name: 'list-workloads',
  aliases: ['list-controllers'],
  summary: 'List workloads that run in the cluster',
  examples: ['fluxctl list-workloads --namespace=demo', 'fluxctl list-workloads --all-namespaces -o json'],
  flags: {
    ...namespaceFlag,
    ...allNamespacesFlag,
    container: {
      type: 'string',
      short: 'c',
      fallback: '',
      help: 'List only workloads that have a container of this name',
    },
    ...listingFlags,
  },
  async run({ flags }, context) {
    const { out, err, connect } = context;
    const format = checkFormat(flags['output-format'], outputFormats);
    const namespace = flags['all-namespaces'] ? '' : await chosenNamespace(flags.namespace, context);
    const api = await connect();
    const [{ readWorkloads, selectWorkloads }, { workloadTable, workloadJson }] = await Promise.all([
      import('../workloads/read-workloads.ts'),
      import('../workloads/print-workloads.ts'),
    ]);
    const workloads = selectWorkloads(readWorkloads(await api.listServices(namespace)), flags.container);
    if (format === 'json') return out.line(workloadJson(workloads));
    out.write(workloadTable(workloads ?? [], { headers: !flags['no-headers'] }));
    if (!workloads?.length && namespace !== '' && out.isTerminal) {
      err.line(`No such workload in namespace "${namespace}"; --all-namespaces lists those of all.`);
    }
  },
});
