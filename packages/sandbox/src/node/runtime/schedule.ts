import type { Pod } from '../objects.ts';

export type Placement =
  | { readonly kind: 'fits' }
  /** `message` as the scheduler of a cluster with one node has it. */
  | { readonly kind: 'unschedulable'; readonly message: string };

/** Whether a pod may run on the only node there is. */
export function place(pod: Pod, nodeLabels: Readonly<Record<string, string>>): Placement {
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (selector.every(([key, value]) => nodeLabels[key] === value)) return { kind: 'fits' };
  return {
    kind: 'unschedulable',
    message:
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. " +
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  };
}
