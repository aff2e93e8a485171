import { UserError } from '@fluxctl/shared/errors';
import type { FlagTable, FlagValues } from '@fluxctl/shared/flags/flag';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { CommandContext } from './command.ts';

export const namespaceFlag = {
  namespace: {
    type: 'string',
    short: 'n',
    fallback: '',
    help: "Namespace of the workloads; the kubeconfig context's, or default, if not given",
  },
} as const satisfies FlagTable;

export const allNamespacesFlag = {
  'all-namespaces': {
    type: 'switch',
    short: 'a',
    fallback: 'false',
    help: 'List workloads of all namespaces',
  },
} as const satisfies FlagTable;

/** Flags of the commands that are about one workload. */
export const workloadFlags = {
  ...namespaceFlag,
  workload: {
    type: 'string',
    short: 'w',
    fallback: '',
    help: 'The workload, as deployment/hello or demo:deployment/hello',
  },
} as const satisfies FlagTable;

/** What `--workload` was called before. */
export const controllerFlag = {
  controller: {
    type: 'string',
    short: 'c',
    fallback: '',
    help: 'Another name of --workload',
    deprecated: 'changed to --workload, use that instead',
  },
} as const satisfies FlagTable;

type Chosen = Pick<CommandContext, 'env' | 'kubeContext'>;

/** The namespace in which workloads are meant: that of the flag, of the kubeconfig's context, or `default`. */
export async function chosenNamespace(namespace: string, { env, kubeContext }: Chosen): Promise<string> {
  if (namespace !== '') return namespace;
  const { defaultNamespace } = await import('../connect/contexts.ts');
  return defaultNamespace(env, kubeContext);
}

/**
 * The workload that the flags name.
 * @throws {UserError} when they name none, or what is no workload
 */
export async function chosenWorkload(
  {
    workload,
    controller = '',
    namespace,
  }: FlagValues<typeof workloadFlags> & Partial<FlagValues<typeof controllerFlag>>,
  context: Chosen,
): Promise<ResourceId> {
  const text = workload || controller;
  if (text === '') throw new UserError('-w, --workload is required');
  return parseWorkload(text, namespace, context);
}

/**
 * Reads the id of a workload; the kubeconfig is looked at only where the text names no namespace.
 * @throws {UserError} `parsing TEXT: invalid service ID`
 */
export async function parseWorkload(text: string, namespace: string, context: Chosen): Promise<ResourceId> {
  const { parseResourceIdWithDefault } = await import('@fluxctl/shared/resource/resource-id');
  const fallback = text.includes(':') ? namespace : await chosenNamespace(namespace, context);
  return parseResourceIdWithDefault(fallback, text);
}
