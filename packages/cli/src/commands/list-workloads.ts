import { defineCommand } from './command.ts';
import { checkFormat, listingFlags } from './listing-flags.ts';

export const listWorkloadsCommand = defineCommand({
  name: 'list-workloads',
  aliases: ['list-controllers'],
  summary: 'List workloads that run in the cluster',
  examples: ['fluxctl list-workloads --namespace=demo', 'fluxctl list-workloads --all-namespaces -o json'],
  flags: {
    namespace: {
      type: 'string',
      short: 'n',
      fallback: '',
      help: "Namespace of the workloads; the kubeconfig context's, or default, if not given",
    },
    'all-namespaces': {
      type: 'switch',
      short: 'a',
      fallback: 'false',
      help: 'List workloads of all namespaces',
    },
    container: {
      type: 'string',
      short: 'c',
      fallback: '',
      help: 'List only workloads that have a container of this name',
    },
    ...listingFlags,
  },
  async run({ flags }, { out, err, env, kubeContext, connect }) {
    const format = checkFormat(flags['output-format']);
    const namespace = await chosenNamespace(flags, env, kubeContext);
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

/** Empty for all namespaces. */
async function chosenNamespace(
  flags: { readonly namespace: string; readonly 'all-namespaces': boolean },
  env: NodeJS.ProcessEnv,
  kubeContext: string,
): Promise<string> {
  if (flags['all-namespaces']) return '';
  if (flags.namespace !== '') return flags.namespace;
  const { defaultNamespace } = await import('../connect/contexts.ts');
  return defaultNamespace(env, kubeContext);
}
