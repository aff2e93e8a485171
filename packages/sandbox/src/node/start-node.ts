import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { timestamp } from '../kube/kube-object.ts';
import type { KubeClient } from '../kube/resources/client.ts';
import type { KubeApi } from '../kube/start-kube-api.ts';
import { claimController } from './controllers/claim.ts';
import type { Controller } from './controllers/controller.ts';
import { cronJobController } from './controllers/cron-job.ts';
import { daemonSetController } from './controllers/daemon-set.ts';
import { deploymentController } from './controllers/deployment/deployment.ts';
import { endpointsController } from './controllers/endpoints.ts';
import { eventTeller } from './controllers/events.ts';
import { jobController } from './controllers/job.ts';
import { replicaSetController } from './controllers/replica-set.ts';
import { rootCertificateController } from './controllers/root-certificate.ts';
import { runControllers } from './controllers/run-controllers.ts';
import { type NodeFacts, schedulerController } from './controllers/scheduler.ts';
import { statefulSetController } from './controllers/stateful-set.ts';
import type { NodePort } from './network/node-ports.ts';
import { startPodNetwork } from './network/start-pod-network.ts';
import { type ImageRule, programFor } from './programs/image-rules.ts';
import { type ImageFault, ImageFaults } from './runtime/image-faults.ts';
import { Kubelet, type PodName } from './runtime/kubelet.ts';
import type { LogLine } from './runtime/log-buffer.ts';
import { nodeConditions, nodeObject } from './runtime/node-object.ts';
import { podLogHandler } from './runtime/pod-log.ts';
import { portForwardHandler } from './runtime/port-forward.ts';
import { serviceAccountTokens } from './runtime/service-account-tokens.ts';

export type { PodName } from './runtime/kubelet.ts';

export interface NodeOptions {
  readonly api: KubeApi;
  /** What images hold; others get a stand-in that does nothing. The first that fits is taken. */
  readonly images: readonly ImageRule[];
  /** What is wrong with an image, beside what `breakImage` says: its registry does not have it. */
  readonly faultOf?: (image: string) => ImageFault | undefined;
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

export async function startNode(options: NodeOptions): Promise<SandboxNode> {
  const { api, images, name = 'sandbox', pace = 1, mountDelayMs = 1_000 } = options;
  const now = options.now ?? (() => new Date());
  const onProblem = options.onProblem ?? (() => {});
  const [client, manager] = [api.client('kubelet'), api.client('kube-controller-manager')];
  const [tell, tellAsManager] = [eventTeller(client, now), eventTeller(manager, now)];
  const node = register(client, name, now());
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-node-'));
  const faults = new ImageFaults();
  const network = await startPodNetwork({
    client,
    localPort: (pod, containerPort) => kubelet.pod(pod.metadata.uid)?.port(containerPort),
    onProblem,
  });
  const kubelet: Kubelet = new Kubelet(name, {
    client,
    now,
    pace,
    mountDelayMs,
    folder,
    hostIp,
    ca: api.ca,
    nodeArgs: network.nodeArgs,
    env: {
      KUBERNETES_SERVICE_HOST: hostIp,
      KUBERNETES_SERVICE_PORT: String(api.port),
      KUBERNETES_SERVICE_PORT_HTTPS: String(api.port),
    },
    tokenOf: serviceAccountTokens(api),
    faultOf: (image) => faults.of(image) ?? options.faultOf?.(image),
    programOf: (image) => programFor(image, images),
    onProblem,
    tell: (about, event) => tell(about, { ...event, source: 'kubelet' }),
  });
  const controllers: readonly Controller[] = [
    deploymentController,
    replicaSetController,
    statefulSetController,
    daemonSetController(node),
    jobController,
    cronJobController,
    endpointsController,
    claimController,
    rootCertificateController(api.ca),
    schedulerController(node),
  ];
  const stops = [
    runControllers(controllers, { client: manager, tell: tellAsManager, now, onProblem }),
    api.serveSubresource(
      'pods/log',
      podLogHandler((uid) => kubelet.pod(uid)),
    ),
    api.serveSubresource(
      'pods/portforward',
      portForwardHandler((uid) => kubelet.pod(uid)),
    ),
  ];
  // Should this process end without asking: processes in groups of their own would live on, and there
  // are private keys among the files.
  const endNow = (): void => {
    kubelet.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', endNow);

  return {
    name,
    breakImage: (image, fault) => faults.set(image, fault),
    port: (pod, containerPort) => kubelet.find(pod)?.port(containerPort),
    nodePorts: () => network.nodePorts(),
    pid: (pod, container) => kubelet.find(pod)?.container(container)?.running?.pid,
    logs: (pod, signal, container) => kubelet.logs(pod, signal, container),
    async stop() {
      for (const stop of stops.splice(0)) stop();
      await kubelet.stop(shutdownGraceMs);
      await network.stop();
      process.off('exit', endNow);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

/** Puts the node into the API. */
function register(client: KubeClient, name: string, now: Date): NodeFacts {
  const machine = { arch: process.arch, cpus: cpus().length, memoryBytes: totalmem(), ip: hostIp };
  const { object, status } = nodeObject(name, machine);
  const created = client.create(object);
  client.updateStatus({ ...created, status: { ...status, conditions: nodeConditions(timestamp(now)) } });
  return { name, labels: created.metadata.labels ?? {} };
}
