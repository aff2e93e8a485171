import { load } from 'js-yaml';
import { readKubeconfigFiles } from './kubeconfig-files.ts';

/** The part of a kubeconfig that says which namespace people work in. */
interface Contexts {
  readonly 'current-context'?: string;
  readonly contexts?: readonly {
    readonly name?: string;
    readonly context?: { readonly namespace?: string };
  }[];
}

/**
 * The namespace of the kubeconfig's context; `default` when it has none, and also when the kubeconfig
 * cannot be read. Reads the files by itself: the cluster library is not needed for this, and slow to load.
 * @param context - empty for the current one
 */
export async function defaultNamespace(env: NodeJS.ProcessEnv, context: string): Promise<string> {
  try {
    const files = await readContexts(env);
    const current = files.map((file) => file?.['current-context']).find((name) => name);
    const wanted = context || current;
    const found = files.flatMap((file) => file?.contexts ?? []).find(({ name }) => name === wanted);
    const namespace = found?.context?.namespace;
    return namespace ? String(namespace) : 'default';
  } catch {
    return 'default';
  }
}

/** The names of all contexts; none when the kubeconfig cannot be read. */
export async function contextNames(env: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    const contexts = (await readContexts(env)).flatMap((file) => file?.contexts ?? []);
    return [...new Set(contexts.flatMap(({ name }) => (name ? [name] : [])))];
  } catch {
    return [];
  }
}

async function readContexts(env: NodeJS.ProcessEnv): Promise<readonly (Contexts | null)[]> {
  return (await readKubeconfigFiles(env)).map(({ text }) => load(text) as Contexts | null);
}
