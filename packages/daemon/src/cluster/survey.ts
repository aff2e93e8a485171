import type { JsonObject } from '@fluxctl/shared/kube-object';
import { markLabel } from '../manifests/mark.ts';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import { ApiStatusError } from './api-error.ts';
import { type Discovery, objectPath, type ServedKind } from './discovery.ts';
import type { KubeClient } from './kube-client.ts';
import { metadataOnly } from './object-metadata.ts';
import { withRetries } from './retry.ts';

export interface SurveyPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly random: () => number;
  readonly allowedNamespaces: readonly string[];
  readonly isExcluded: (served: ServedKind) => boolean;
  readonly signal: AbortSignal;
}

const atOnce = 8;

/**
 * The kinds of which some object carries a mark: what may be collected can be of kinds that are not in
 * git any more. One request a kind, for one object of its metadata.
 */
export async function surveyMarked(ports: SurveyPorts): Promise<ServedKind[]> {
  const limit = createAdaptiveLimit(atOnce, atOnce);
  const { versions } = await ports.discovery.served(ports.signal);
  const kinds = new Map<string, ServedKind>();
  for (const served of versions.values()) {
    for (const kind of served.values()) {
      const name = `${kind.group}/${kind.kind}`;
      if (!kinds.has(name) && isListable(kind) && !ports.isExcluded(kind)) kinds.set(name, kind);
    }
  }
  const marked = await Promise.all(
    [...kinds.values()].map((kind) => limit.run(async () => ((await hasMarked(kind, ports)) ? [kind] : []))),
  );
  return marked.flat();
}

function isListable({ verbs, kind }: ServedKind): boolean {
  return verbs.includes('list') && verbs.includes('watch') && !neverOurs.has(kind);
}

/** Made by the cluster itself; the endpoints of a Service have its labels, our mark too. */
const neverOurs = new Set(['ComponentStatus', 'Endpoints', 'EndpointSlice', 'Event']);

async function hasMarked(kind: ServedKind, ports: SurveyPorts): Promise<boolean> {
  const namespaces =
    kind.namespaced && ports.allowedNamespaces.length > 0 ? ports.allowedNamespaces : [undefined];
  for (const namespace of namespaces) {
    const query = { labelSelector: markLabel, limit: '1' };
    const request = {
      method: 'GET',
      path: objectPath(kind, namespace),
      query,
      accept: metadataOnly.list,
    } as const;
    const retry = { attempts: 4, capMs: 5_000, random: ports.random, signal: ports.signal };
    try {
      const { body } = await withRetries(() => ports.client.request(request, ports.signal), retry);
      if (((body as JsonObject)['items'] as unknown[] | null)?.length) return true;
    } catch (error) {
      // Kinds that may not be listed, or whose server is away, are left out: nothing of them is collected.
      if (!(error instanceof ApiStatusError)) throw error;
    }
  }
  return false;
}
