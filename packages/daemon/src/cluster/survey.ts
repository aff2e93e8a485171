import { markLabel } from '../manifests/mark.ts';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import type { AllowedNamespaces } from './allowed-namespaces.ts';
import { ApiStatusError, isStatus } from './api-error.ts';
import type { ForbiddenKinds } from './forbidden-kinds.ts';
import type { KubeClient } from './kube-client.ts';
import { metadataOnly } from './object-metadata.ts';
import { type RetryPorts, withRetries } from './retry.ts';
import { objectPath, type ServedKind } from './served-kinds.ts';

export interface SurveyPorts {
  readonly client: KubeClient;
  readonly forbidden: ForbiddenKinds;
  readonly retry: RetryPorts;
  readonly namespaces: AllowedNamespaces;
}

const atOnce = 8;

export interface Survey {
  /** Of these, some object carries a mark. */
  readonly marked: readonly ServedKind[];
  /** These did not answer. */
  readonly unknown: readonly ServedKind[];
}

/**
 * Looks for kinds of which some object carries a mark: what may be collected can be of kinds that are
 * not in git any more. One request a kind, for one object of its metadata.
 */
export async function surveyMarked(
  kinds: Iterable<ServedKind>,
  ports: SurveyPorts,
  signal: AbortSignal,
): Promise<Survey> {
  const limit = createAdaptiveLimit(atOnce, atOnce);
  const forbidden: { readonly kind: ServedKind; readonly err: string }[] = [];
  const marked: ServedKind[] = [];
  const unknown: ServedKind[] = [];
  const look = async (kind: ServedKind): Promise<void> => {
    try {
      if (await hasMarked(kind, ports, signal)) marked.push(kind);
    } catch (error) {
      // Kinds that may not be listed, or whose server is away, are left out: nothing of them is collected.
      if (!(error instanceof ApiStatusError)) throw error;
      if (isStatus(error, 403)) forbidden.push({ kind, err: error.message });
      else unknown.push(kind);
    }
  };
  await Promise.all([...kinds].filter(isNotMadeByCluster).map((kind) => limit.run(() => look(kind))));
  ports.forbidden.tell(forbidden);
  return { marked, unknown };
}

/** The endpoints of a Service have its labels, our mark too; yet nobody applied them. */
function isNotMadeByCluster({ kind }: ServedKind): boolean {
  return !madeByCluster.has(kind);
}

const madeByCluster = new Set(['ComponentStatus', 'Endpoints', 'EndpointSlice', 'Event']);

async function hasMarked(kind: ServedKind, ports: SurveyPorts, signal: AbortSignal): Promise<boolean> {
  const query = { labelSelector: markLabel, limit: '1' };
  for (const namespace of ports.namespaces.of(kind)) {
    const path = objectPath(kind, namespace);
    const ask = () => ports.client.request({ method: 'GET', path, query, accept: metadataOnly.list }, signal);
    const { body } = await withRetries(ask, ports.retry, signal);
    if ((body['items'] as unknown[] | null)?.length) return true;
  }
  return false;
}
