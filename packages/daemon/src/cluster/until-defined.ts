import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@fluxctl/shared/errors';
import { isTransient, toApplyError } from './api-error.ts';
import type { ApplyPorts } from './apply-object.ts';
import type { ApplyItem, ApplyOutcome } from './cluster.ts';
import { objectPath, type Served } from './served-kinds.ts';

/** How long an API server may take to serve a new kind, in milliseconds. */
const withinMs = 30_000;
const pauses = { firstMs: 25, capMs: 1_000 };

/**
 * Waits until the API server serves the kinds that CRDs define: first it takes the definition on, then
 * it tells of the kind.
 * @returns the definitions that were not established
 */
export async function untilDefined(
  definitions: readonly ApplyItem[],
  ports: ApplyPorts,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<ApplyOutcome[]> {
  if (definitions.length === 0) return [];
  const failures: ApplyOutcome[] = [];
  const established: string[] = [];
  await Promise.all(
    definitions.map(async (item) => {
      try {
        established.push(...(await untilEstablished(item, ports, signal)));
      } catch (error) {
        signal.throwIfAborted();
        failures.push({ item, action: 'failed', error: toApplyError(error) });
      }
      onProgress();
    }),
  );
  await untilServed(established, ports, signal);
  return failures;
}

interface Definition {
  readonly spec?: {
    readonly group?: string;
    readonly names?: { readonly kind?: string };
    readonly versions?: readonly { readonly name: string; readonly served?: boolean }[];
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

/** @returns the kinds that it defines, as `apiVersion Kind` */
async function untilEstablished(
  { ref }: ApplyItem,
  { client, discovery }: ApplyPorts,
  signal: AbortSignal,
): Promise<string[]> {
  const served = await discovery.find(ref.apiVersion, ref.kind, signal);
  if (!served) return [];
  const path = objectPath(served, undefined, ref.name);
  let last: Definition = {};
  for await (const _ of attempts(signal)) {
    try {
      last = (await client.request({ method: 'GET', path }, signal)).body as Definition;
    } catch (error) {
      if (!isTransient(error)) throw error;
      continue;
    }
    const { spec, status } = last;
    if (!status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True'))
      continue;
    return (spec?.versions ?? [])
      .filter((version) => version.served !== false)
      .map((version) => `${spec?.group}/${version.name} ${spec?.names?.kind}`);
  }
  const conditions = last.status?.conditions ?? [];
  const refused = conditions.find(({ type, status }) => type === 'NamesAccepted' && status === 'False');
  throw new UserError(`the definition was not established within ${withinMs / 1000} s`, {
    help: refused?.message ?? 'See its conditions: kubectl describe crd',
  });
}

/** Whoever applies objects of the kinds finds out if they do not come in time. */
async function untilServed(
  kinds: readonly string[],
  { discovery }: ApplyPorts,
  signal: AbortSignal,
): Promise<void> {
  const isThere = ({ versions }: Served, name: string): boolean => {
    const [apiVersion = '', kind = ''] = name.split(' ');
    return versions.get(apiVersion)?.has(kind) ?? false;
  };
  for await (const _ of attempts(signal)) {
    try {
      const served = await discovery.renew(signal);
      if (kinds.every((name) => isThere(served, name))) return;
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
  }
}

async function* attempts(signal: AbortSignal): AsyncGenerator<void> {
  let pause = pauses.firstMs;
  for (let waited = 0; waited < withinMs; waited += pause, pause = Math.min(pauses.capMs, pause * 2)) {
    yield;
    await sleep(pause, undefined, { signal });
  }
}
