import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '../kube/api-error.ts';
import { type KubeObject, timestamp } from '../kube/kube-object.ts';
import type { KubeApi } from '../kube/start-kube-api.ts';
import { claimController } from './controllers/claim.ts';
import { type Controller, kinds } from './controllers/controller.ts';
import { cronJobController } from './controllers/cron-job.ts';
import { daemonSetController } from './controllers/daemon-set.ts';
import { deploymentController } from './controllers/deployment/deployment.ts';
import { endpointsController } from './controllers/endpoints.ts';
import { eventTeller } from './controllers/events.ts';
import { jobController } from './controllers/job.ts';
import { replicaSetController } from './controllers/replica-set.ts';
import { rootCertificateController } from './controllers/root-certificate.ts';
import { runControllers } from './controllers/run-controllers.ts';
import { statefulSetController } from './controllers/stateful-set.ts';
import type { Pod } from './objects.ts';
import { isFinished, isTerminating } from './pods.ts';
import { type ImageRule, programFor } from './programs/image-rules.ts';
import { type ImageFault, ImageFaults } from './runtime/image-faults.ts';
import type { LogBuffer, LogLine } from './runtime/log-buffer.ts';
import { nodeConditions, nodeObject } from './runtime/node-object.ts';
import { type NodePort, NodePorts } from './runtime/node-ports.ts';
import { podLogHandler } from './runtime/pod-log.ts';
import { type PodPorts, PodRun } from './runtime/pod-run.ts';
import { portForwardHandler } from './runtime/port-forward.ts';
import type { ContainerRun } from './runtime/run-container.ts';
import { place } from './runtime/schedule.ts';

export interface NodeOptions {
  readonly api: KubeApi;
  /** What images hold; others get a stand-in that does nothing. The first that fits is taken. */
  readonly images: readonly ImageRule[];
  /** Default `sandbox`. */
  readonly name?: string;
  /** Multiplies the kubelet's waits for probes and back-off; default 1, as slow as the real one. */
  readonly pace?: number;
  /** How long mounted volumes lag behind a change of their Secret or ConfigMap, in ms; default 1,000. */
  readonly mountDelayMs?: number;
  readonly now?: () => Date;
  /** Told of what went wrong inside of the sandbox; nothing by default. */
  readonly onProblem?: (problem: unknown) => void;
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

/** The cluster's only machine, and the controllers that every cluster has. */
export interface SandboxNode {
  readonly name: string;
  /** Lets pulls of an image fail, or its containers crash. @returns ends it */
  breakImage(image: string, fault: ImageFault): () => void;
  /** Where a port of a pod is on 127.0.0.1; undefined while nothing listens there. */
  port(pod: PodName, containerPort: number): number | undefined;
  /** Where the Services' node ports are reached. */
  nodePorts(): readonly NodePort[];
  /** The process of a container, where it has one. */
  pid(pod: PodName, container?: string): number | undefined;
  /**
   * What a container has logged since it was last started, and goes on to log, over restarts too. Waits
   * for a pod that is not there yet; ends with the pod, or when `signal` says so.
   */
  logs(pod: PodName, signal: AbortSignal, container?: string): AsyncIterable<LogLine>;
  /** Ends all pods, by force those that take longer than a few seconds, and removes all files. */
  stop(): Promise<void>;
}

const hostIp = '127.0.0.1';
/** How long pods may take to end when the whole node ends, in ms. */
const shutdownGraceMs = 5_000;

/** How often is looked for the next run of a container, in ms. */
const lookEveryMs = 25;

export async function startNode(options: NodeOptions): Promise<SandboxNode> {
  const { api, images, name = 'sandbox', pace = 1, mountDelayMs = 1_000 } = options;
  const now = options.now ?? (() => new Date());
  const onProblem = options.onProblem ?? (() => {});
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-node-'));
  const client = api.client('kubelet');
  const scheduler = api.client('kube-scheduler');
  const manager = api.client('kube-controller-manager');
  const tell = eventTeller(api.client('kubelet'), now);
  const faults = new ImageFaults();
  const pods = new Map<string, PodRun>();
  const tokens = new Map<string, string>();
  let addresses = 0;
  let stopped = false;

  const machine = { arch: process.arch, cpus: cpus().length, memoryBytes: totalmem(), ip: hostIp };
  const { object, status } = nodeObject(name, machine);
  const created = client.create(object);
  client.updateStatus({ ...created, status: { ...status, conditions: nodeConditions(timestamp(now())) } });

  const controllers: readonly Controller[] = [
    deploymentController,
    replicaSetController,
    statefulSetController,
    daemonSetController({ name, labels: created.metadata.labels ?? {} }),
    jobController,
    cronJobController,
    endpointsController,
    claimController,
    rootCertificateController(api.ca),
  ];
  const ports: PodPorts = {
    client,
    now,
    pace,
    mountDelayMs,
    folder,
    hostIp,
    ca: api.ca,
    env: {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(api.port),
      KUBERNETES_SERVICE_PORT_HTTPS: String(api.port),
    },
    tokenOf(namespace, serviceAccount) {
      const user = `system:serviceaccount:${namespace}:${serviceAccount}`;
      const known = tokens.get(user);
      if (known !== undefined) return known;
      const groups = [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ];
      const token = api.addUser({ name: user, groups });
      tokens.set(user, token);
      return token;
    },
    faultOf: (image) => faults.of(image),
    programOf: (image) => programFor(image, images),
    onProblem,
    tell: (about, event) => tell(about, { ...event, source: 'kubelet' }),
  };

  function schedule(pod: Pod): void {
    const placement = place(pod, created.metadata.labels ?? {});
    const { name: podName, namespace } = pod.metadata;
    if (placement.kind === 'fits') {
      scheduler.update({ ...pod, spec: { ...pod.spec, nodeName: name } });
      const message = `Successfully assigned ${namespace}/${podName} to ${name}`;
      tell(pod, { source: 'default-scheduler', type: 'Normal', reason: 'Scheduled', message });
      return;
    }
    const { message } = placement;
    if (pod.status?.conditions?.some((condition) => condition.message === message)) return;
    const time = timestamp(now());
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    const conditions = [{ ...condition, lastTransitionTime: time }];
    scheduler.updateStatus({ ...pod, status: { ...pod.status, phase: 'Pending', conditions } });
    tell(pod, { source: 'default-scheduler', type: 'Warning', reason: 'FailedScheduling', message });
  }

  function onPod(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    const run = pods.get(uid);
    if (run === undefined) {
      if (isTerminating(pod)) remove(pod);
      else if (!pod.spec.nodeName) schedule(pod);
      else if (pod.spec.nodeName === name && !isFinished(pod)) {
        addresses += 1;
        const ip = `10.244.${Math.floor(addresses / 250) % 250}.${(addresses % 250) + 2}`;
        pods.set(uid, new PodRun(pod, ip, ports));
      }
      return;
    }
    run.changed(pod);
    if (!isTerminating(pod)) return;
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    void run.end(graceMs).then(() => {
      if (pods.delete(uid) && !stopped) remove(pod);
    }, onProblem);
  }

  /** The pod's end is over: takes it out of the API. */
  function remove({ apiVersion, kind, metadata }: Pod): void {
    const { namespace = 'default', name: podName, uid = '' } = metadata;
    try {
      const ref = { apiVersion, kind, namespace, name: podName };
      client.delete(ref, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      // Another one of the same name is there by now.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  const guarded =
    (act: (object: KubeObject, type: string) => void) =>
    ({ type, object: changed }: { type: string; object: KubeObject }): void => {
      try {
        act(changed, type);
      } catch (error) {
        onProblem(error);
      }
    };
  const onData = (kind: 'Secret' | 'ConfigMap') =>
    guarded(({ metadata: { namespace, name: dataName } }) => {
      for (const pod of pods.values()) if (pod.name.namespace === namespace) pod.dataChanged(kind, dataName);
    });
  const stops = [
    client.watch(
      kinds.pod,
      guarded((pod, type) => {
        if (type !== 'DELETED') onPod(pod as Pod);
        else
          void pods
            .get(pod.metadata.uid ?? '')
            ?.end(0)
            .then(() => pods.delete(pod.metadata.uid ?? ''));
      }),
    ),
    client.watch({ apiVersion: 'v1', kind: 'Secret' }, onData('Secret')),
    client.watch({ apiVersion: 'v1', kind: 'ConfigMap' }, onData('ConfigMap')),
    runControllers(controllers, { client: manager, tell: eventTeller(manager, now), now, onProblem }),
    api.serveSubresource(
      'pods/log',
      podLogHandler((uid) => pods.get(uid)),
    ),
    api.serveSubresource(
      'pods/portforward',
      portForwardHandler((uid) => pods.get(uid)),
    ),
  ];

  const nodePorts = new NodePorts({
    client,
    localPort: (pod, containerPort) => pods.get(pod.metadata.uid ?? '')?.port(containerPort),
    onProblem,
  });
  // Should this process end without asking: processes in groups of their own would live on, and there
  // are private keys among the files.
  const killAll = (): void => {
    for (const pod of pods.values()) pod.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', killAll);

  const find = ({ namespace, name: podName }: PodName): PodRun | undefined =>
    [...pods.values()].find((pod) => pod.name.namespace === namespace && pod.name.name === podName);
  const containerOf = (pod: PodName, container?: string): ContainerRun | undefined =>
    find(pod)?.container(container);

  return {
    name,
    breakImage: (image, fault) => faults.set(image, fault),
    port: (pod, containerPort) => find(pod)?.port(containerPort),
    nodePorts: () => nodePorts.list(),
    pid: (pod, container) => containerOf(pod, container)?.running?.pid,
    async *logs(pod, signal, container) {
      let shown: LogBuffer | undefined;
      while (!signal.aborted) {
        const log = containerOf(pod, container)?.log;
        if (log !== undefined && log !== shown) {
          shown = log;
          yield* log.follow(signal, 0);
        } else if (log === undefined && shown !== undefined) {
          return;
        } else {
          await wait(lookEveryMs, undefined, { signal }).catch(() => {});
        }
      }
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      for (const stop of stops) stop();
      await nodePorts.stop();
      await Promise.all([...pods.values()].map((pod) => pod.end(shutdownGraceMs)));
      process.off('exit', killAll);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}
