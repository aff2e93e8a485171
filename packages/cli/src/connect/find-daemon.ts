import { errorMessage, FluxError, MissingError, UserError } from '@fluxctl/shared/errors';
import { KubeAnswerError } from './kube-get.ts';

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

/** @param namespace - undefined for all */
export type ListPods = (query: {
  readonly namespace: string | undefined;
  readonly labelSelector: string;
}) => Promise<readonly PodRef[]>;

export interface DaemonSearch {
  readonly namespace: string;
  /** If not, other namespaces are looked at when this one has no daemon. */
  readonly namespaceGiven: boolean;
  readonly labels: ReadonlyMap<string, string>;
}

/** What the manifests of `fluxctl install`, and older ones, label the daemon with. */
const installedLabels = 'name in (flux,fluxd,weave-flux-agent)';

/**
 * The one pod that the daemon runs in.
 * @param found - is told of a pod that stands in another namespace than asked
 * @throws {FluxError} in the words of Flux v1's client
 */
export async function findDaemon(
  search: DaemonSearch,
  listPods: ListPods,
  found: (pod: PodRef) => void,
): Promise<PodRef> {
  const selectors = [labelSelector(search.labels), installedLabels];
  for (const selector of selectors) {
    const [pod, ...others] = await list(listPods, search.namespace, selector);
    if (others.length > 0) throw ambiguous(selector);
    if (pod) return pod;
  }
  const elsewhere = search.namespaceGiven ? [] : await searchCluster(selectors, listPods);
  const [pod, ...others] = elsewhere;
  if (!pod || others.length > 0) throw noPod(search.namespace, selectors, elsewhere);
  found(pod);
  return pod;
}

/** The pods of the first selector that has any; none when we may not look. */
async function searchCluster(selectors: readonly string[], listPods: ListPods): Promise<readonly PodRef[]> {
  for (const labelSelector of selectors) {
    try {
      const pods = await listPods({ namespace: undefined, labelSelector });
      if (pods.length > 0) return pods;
    } catch (error) {
      if (error instanceof KubeAnswerError && error.status === 403) return [];
      throw listingFailed(error);
    }
  }
  return [];
}

async function list(listPods: ListPods, namespace: string, selector: string): Promise<readonly PodRef[]> {
  try {
    return await listPods({ namespace, labelSelector: selector });
  } catch (error) {
    throw listingFailed(error);
  }
}

/** `k=v,k2=v2`, sorted by key. */
function labelSelector(labels: ReadonlyMap<string, string>): string {
  const pairs = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([key, value]) => `${key}=${value}`).join(',');
}

function ambiguous(selector: string): FluxError {
  return new UserError(
    `Could not create a dialer: Could not get pod name: Ambiguous pod: found more than one pod for selector: labels "${selector}"`,
  );
}

function listingFailed(cause: unknown): unknown {
  if (!(cause instanceof FluxError)) return cause;
  const reason = errorMessage(cause);
  const message = `Could not create a dialer: Could not get pod name: Listing pods in kubernetes: ${reason}`;
  return new UserError(message, { cause });
}

function noPod(namespace: string, selectors: readonly string[], elsewhere: readonly PodRef[]): FluxError {
  const message = `No pod found in namespace "${namespace}" using the following selectors:
  ${selectors.join('\n  ')}

Make sure Flux is running in namespace "${namespace}".
If Flux is running in another different namespace, please supply it to --k8s-fwd-ns.`;
  const namespaces = [...new Set(elsewhere.map((pod) => pod.namespace))].sort().join(', ');
  return new MissingError(
    message,
    elsewhere.length > 0
      ? { help: `There is more than one daemon in the cluster; namespaces: ${namespaces}` }
      : {},
  );
}
