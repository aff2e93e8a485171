import { timestamp } from '../../kube/kube-object.ts';
import type { Pod } from '../objects.ts';
import { isFinished, isTerminating } from '../pods.ts';
import { type Controller, type Decision, kinds } from './controller.ts';

/** A node, as far as a scheduler looks at it. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Puts pods on the only node there is, or writes down why they cannot be there. */
export function schedulerController(node: NodeFacts): Controller {
  return {
    name: 'default-scheduler',
    kind: kinds.pod,
    watches: [],
    decide(_, object, __, now) {
      const pod = object as Pod | undefined;
      if (pod === undefined || pod.spec.nodeName || isTerminating(pod) || isFinished(pod))
        return { changes: [] };
      return schedule(pod, node, now);
    },
  };
}

/** Whether a pod with this selector may run on the node. */
export function fits(
  nodeSelector: Readonly<Record<string, string>> | undefined,
  { labels }: NodeFacts,
): boolean {
  return Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
}

/** As the scheduler of a cluster with one node has it. */
const noNode =
  "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. " +
  'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

export function schedule(pod: Pod, node: NodeFacts, now: Date): Decision {
  const { name, namespace } = pod.metadata;
  if (fits(pod.spec.nodeSelector, node)) {
    const message = `Successfully assigned ${namespace}/${name} to ${node.name}`;
    return {
      changes: [
        { act: 'update', object: { ...pod, spec: { ...pod.spec, nodeName: node.name } } },
        { act: 'tell', object: pod, type: 'Normal', reason: 'Scheduled', message },
      ],
    };
  }
  if (pod.status?.conditions?.some(({ message }) => message === noNode)) return { changes: [] };
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: noNode,
    lastTransitionTime: timestamp(now),
  };
  const status = { ...pod.status, phase: 'Pending', conditions: [condition] };
  return {
    changes: [
      { act: 'update status', object: { ...pod, status } },
      { act: 'tell', object: pod, type: 'Warning', reason: 'FailedScheduling', message: noNode },
    ],
  };
}
