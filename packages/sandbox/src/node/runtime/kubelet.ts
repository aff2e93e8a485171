import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { kinds } from '../controllers/controller.ts';
import type { Pod } from '../objects.ts';
import { isFinished, isTerminating } from '../pods.ts';
import type { LogBuffer, LogLine } from './log-buffer.ts';
import { type PodPorts, PodRun } from './pod-run.ts';
import type { ContainerRun } from './run-container.ts';

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** How often is looked for the next run of a container, in ms. */
const lookEveryMs = 25;

/** Runs the pods that are on the node, from their placing to their end. */
export class Kubelet {
  readonly #node: string;
  readonly #ports: PodPorts;
  readonly #pods = new Map<string, PodRun>();
  readonly #unwatch: readonly (() => void)[];
  #addresses = 0;
  #stopped = false;

  /** @param node - its name: pods elsewhere are nobody's */
  constructor(node: string, ports: PodPorts) {
    this.#node = node;
    this.#ports = ports;
    const { client } = ports;
    this.#unwatch = [
      client.watch(kinds.pod, ({ type, object }) => this.#follow(object as Pod, type === 'DELETED')),
      client.watch({ apiVersion: 'v1', kind: 'Secret' }, ({ object }) => this.#refresh('Secret', object)),
      client.watch({ apiVersion: 'v1', kind: 'ConfigMap' }, ({ object }) =>
        this.#refresh('ConfigMap', object),
      ),
    ];
  }

  /** The pod of a uid, while it is here. */
  pod(uid: string | undefined): PodRun | undefined {
    return uid === undefined ? undefined : this.#pods.get(uid);
  }

  find({ namespace, name }: PodName): PodRun | undefined {
    return [...this.#pods.values()].find((pod) => pod.name.namespace === namespace && pod.name.name === name);
  }

  /** What a container logs, over restarts too; ends with the pod. */
  async *logs(pod: PodName, signal: AbortSignal, name?: string): AsyncGenerator<LogLine> {
    let shown: LogBuffer | undefined;
    while (!signal.aborted) {
      const container: ContainerRun | undefined = this.find(pod)?.container(name);
      if (container === undefined && shown !== undefined) return;
      if (container !== undefined && container.log !== shown) {
        shown = container.log;
        yield* shown.follow(signal, 0);
      } else {
        await wait(lookEveryMs, undefined, { signal }).catch(() => {}); // the loop's head sees to it
      }
    }
  }

  /** Ends all pods; they stay in the API. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    for (const unwatch of this.#unwatch) unwatch();
    await Promise.all([...this.#pods.values()].map((pod) => pod.end(graceMs)));
  }

  /** Ends all programs at this instant. */
  kill(): void {
    for (const pod of this.#pods.values()) pod.kill();
  }

  #follow(pod: Pod, isGone: boolean): void {
    const { uid = '', deletionGracePeriodSeconds = 30 } = pod.metadata;
    const run = this.#pods.get(uid);
    if (run === undefined) {
      if (pod.spec.nodeName === this.#node && !isGone) this.#begin(pod, uid);
      return;
    }
    run.changed(pod);
    if (!isGone && !isTerminating(pod)) return;
    run.end(isGone ? 0 : deletionGracePeriodSeconds * 1000).then(() => {
      if (this.#pods.delete(uid) && !isGone && !this.#stopped) this.#remove(pod);
    }, this.#ports.onProblem);
  }

  #begin(pod: Pod, uid: string): void {
    // One that was on its way out when its node came up has nothing left to end.
    if (isTerminating(pod)) this.#remove(pod);
    else if (!isFinished(pod)) this.#pods.set(uid, new PodRun(pod, this.#nextAddress(), this.#ports));
  }

  #nextAddress(): string {
    this.#addresses += 1;
    const [third, fourth] = [Math.floor(this.#addresses / 250) % 250, (this.#addresses % 250) + 2];
    return `10.244.${third}.${fourth}`;
  }

  /** The pod's end is over: takes it out of the API. */
  #remove({ apiVersion, kind, metadata }: Pod): void {
    const { namespace = 'default', name, uid = '' } = metadata;
    try {
      const ref = { apiVersion, kind, namespace, name };
      this.#ports.client.delete(ref, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      // Another one of the same name is there by now.
      if (!(error instanceof ApiError)) this.#ports.onProblem(error);
    }
  }

  #refresh(kind: 'Secret' | 'ConfigMap', { metadata: { namespace, name } }: KubeObject): void {
    for (const pod of this.#pods.values()) if (pod.name.namespace === namespace) pod.dataChanged(kind, name);
  }
}
