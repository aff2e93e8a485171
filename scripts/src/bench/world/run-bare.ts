import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BareAnswer, BareQuestion, BareTimes } from './bare-messages.ts';
import type { BenchCluster } from './cluster.ts';
import type { KubeRequest } from './kube.ts';
import { type BenchObject, bodyOf, collectionPath } from './objects.ts';

const script = fileURLToPath(new URL('bare-apply.ts', import.meta.url));
const connections = 16;

/** Sends requests in a process of its own, as any program would that does nothing else. */
export async function runBare(
  { access }: BenchCluster,
  requests: readonly KubeRequest[],
  signal: AbortSignal,
): Promise<BareTimes> {
  const child = fork(script, { signal, serialization: 'advanced' });
  const ended = once(child, 'exit');
  const { server, ca, token } = access;
  child.send({ access: { server, ca, token }, connections, requests } satisfies BareQuestion);
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [BareAnswer | number];
  await ended;
  if (typeof answer === 'number') throw new Error(`the bare loop ended with ${answer}`);
  if ('error' in answer) throw new Error(`the bare loop: ${answer.error}`);
  return answer;
}

/** The requests that apply objects, as the daemon sends them. */
export function applyRequests(objects: readonly BenchObject[], manager = 'bare'): readonly KubeRequest[] {
  return objects.map((object) => ({
    method: 'PATCH',
    path: `${collectionPath(object.kind, object.namespace)}/${object.name}?fieldManager=${manager}&force=true&fieldValidation=Warn`,
    body: JSON.stringify(bodyOf(object)),
    contentType: 'application/apply-patch+yaml',
    accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
  }));
}
