import { askChild } from './ask-child.ts';
import type { BareQuestion, BareTimes } from './bare-messages.ts';
import type { BenchCluster } from './cluster.ts';
import type { KubeRequest } from './kube.ts';
import { type BenchObject, bodyOf, collectionPath } from './objects.ts';

const connections = 16;

/** Sends requests in a process of its own, as any program would that does nothing else. */
export function runBare(
  { access: { server, ca, token } }: BenchCluster,
  requests: readonly KubeRequest[],
  signal: AbortSignal,
): Promise<BareTimes> {
  const question: BareQuestion = { access: { server, ca, token }, connections, requests };
  return askChild('bare.ts', question, signal);
}

/** The requests that apply objects, as the daemon sends them. */
export function applyRequests(objects: readonly BenchObject[]): readonly KubeRequest[] {
  return objects.map((object) => ({
    method: 'PATCH',
    path: `${collectionPath(object.kind, object.namespace)}/${object.name}?fieldManager=bare&force=true&fieldValidation=Warn`,
    body: JSON.stringify(bodyOf(object)),
    contentType: 'application/apply-patch+yaml',
    accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
  }));
}
