import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { errorMessage } from '@fluxctl/shared/errors';
import { ApiError } from '../../kube/api-error.ts';
import { type KubeObject, sameJson } from '../../kube/kube-object.ts';
import type { KubeClient } from '../../kube/resources/client.ts';
import type { EventText } from '../controllers/events.ts';
import { resolvConf } from '../network/resolv-conf.ts';
import type { Container, DataObject, Pod } from '../objects.ts';
import type { Program, RunningProgram } from '../programs/program.ts';
import { layOutRoot } from './container-root.ts';
import { environmentOf, expand } from './environment.ts';
import type { ImageFault } from './image-faults.ts';
import type { LogBuffer } from './log-buffer.ts';
import { isPassed, podStatus } from './pod-status.ts';
import { PodVolumes } from './pod-volumes.ts';
import { type ContainerPorts, ContainerRun, StartRefused } from './run-container.ts';

/** What the node gives to each of its pods. */
export interface PodPorts {
  readonly client: KubeClient;
  readonly now: () => Date;
  /** Multiplies the kubelet's waits: 1 is as slow as the real one. */
  readonly pace: number;
  /** How long a mounted volume lags behind a change of its Secret or ConfigMap, in ms. */
  readonly mountDelayMs: number;
  /** The node's own folder. */
  readonly folder: string;
  readonly hostIp: string;
  /** PEM of the API server's certificate authority. */
  readonly ca: string;
  /** Arguments for Node.js that put a program into the network of a namespace's pods. */
  readonly nodeArgs: (namespace: string) => readonly string[];
  /** What every container's environment begins with. */
  readonly env: Readonly<Record<string, string>>;
  /** The token of a service account. */
  readonly tokenOf: (namespace: string, serviceAccount: string) => string;
  readonly faultOf: (image: string) => ImageFault | undefined;
  readonly programOf: (image: string) => Program;
  readonly onProblem: (problem: unknown) => void;
  readonly tell: (about: KubeObject, event: Omit<EventText, 'source'>) => void;
}

/** One pod on the node: its volumes, its containers, and its status in the API. */
export class PodRun {
  readonly uid: string;
  readonly podIp: string;
  readonly name: { readonly namespace: string; readonly name: string };
  readonly #ports: PodPorts;
  readonly #folder: string;
  readonly #volumes: PodVolumes;
  readonly #initContainers: readonly ContainerRun[];
  readonly #containers: readonly ContainerRun[];
  readonly #startedAt: Date;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #pod: Pod;
  #hasFiles = false;
  #publishing = false;
  #ending: Promise<void> | undefined;
  readonly #deadlines: NodeJS.Timeout[] = [];
  #refreshDue = false;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(pod: Pod, podIp: string, ports: PodPorts) {
    this.uid = pod.metadata.uid ?? '';
    this.podIp = podIp;
    this.name = { namespace: pod.metadata.namespace ?? 'default', name: pod.metadata.name };
    this.#pod = pod;
    this.#ports = ports;
    this.#folder = join(ports.folder, 'pods', this.uid);
    this.#volumes = new PodVolumes(pod, {
      folder: join(this.#folder, 'volumes'),
      claims: join(ports.folder, 'claims'),
      hasApiAccess: pod.spec.automountServiceAccountToken !== false,
    });
    const policy = pod.spec.restartPolicy ?? 'Always';
    const containerPorts = (isTask: boolean): ContainerPorts => ({
      now: ports.now,
      pace: ports.pace,
      faultOf: ports.faultOf,
      programOf: ports.programOf,
      start: (program, container, log) => this.#start(program, container, log, isTask),
      tell: (type, reason, message) => ports.tell(this.#pod, { type, reason, message }),
      onChange: () => this.#publish(),
    });
    this.#initContainers = (pod.spec.initContainers ?? []).map((container) => {
      const isSidecar = container.restartPolicy === 'Always';
      const initPolicy = isSidecar ? 'Always' : policy === 'Never' ? 'Never' : 'OnFailure';
      return new ContainerRun(container, initPolicy, containerPorts(!isSidecar));
    });
    this.#containers = pod.spec.containers.map(
      (container) => new ContainerRun(container, policy, containerPorts(policy !== 'Always')),
    );
    this.#startedAt = ports.now();
    this.#publish();
    this.#running = this.#run(this.#stopping.signal);
  }

  /** Where a port of the pod is on 127.0.0.1; undefined while nothing listens there. */
  port(containerPort: number): number | undefined {
    return this.#all.map(({ running }) => running?.port(containerPort)).find((port) => port !== undefined);
  }

  /** The container of that name; of the only one, or the first, without a name. */
  container(name?: string): ContainerRun | undefined {
    return name === undefined ? this.#containers[0] : this.#all.find(({ view }) => view.name === name);
  }

  get #all(): readonly ContainerRun[] {
    return [...this.#containers, ...this.#initContainers];
  }

  /** Takes note of the latest state of the pod in the API. */
  changed(pod: Pod): void {
    this.#pod = pod;
  }

  /** A Secret or ConfigMap has changed: what is mounted follows after a while. */
  dataChanged(kind: 'Secret' | 'ConfigMap', name: string): void {
    const { signal } = this.#stopping;
    if (!this.#hasFiles || signal.aborted || !this.#volumes.shows(kind, name)) return;
    // One that is waiting already will see this change too.
    if (this.#refreshDue) return;
    this.#refreshDue = true;
    this.#refreshing = this.#refresh(this.#refreshing, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#ports.onProblem(error);
    });
  }

  async #refresh(before: Promise<void>, signal: AbortSignal): Promise<void> {
    await before;
    await wait(this.#ports.mountDelayMs, undefined, { signal });
    this.#refreshDue = false;
    await this.#volumes.write(this.#sources);
  }

  /**
   * Ends its containers, asking first and then by force, and removes its files. Asked again, it may
   * only become shorter.
   * @param graceMs - how long they may take; 0 for no time at all
   */
  end(graceMs: number): Promise<void> {
    if (graceMs === 0) this.kill();
    else this.#deadlines.push(setTimeout(() => this.kill(), graceMs));
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Ends all of its programs at this instant. */
  kill(): void {
    for (const { running } of this.#all) running?.kill();
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    for (const { running } of this.#all) running?.terminate();
    await this.#running;
    for (const deadline of this.#deadlines) clearTimeout(deadline);
    await this.#refreshing;
    if (!this.#hasFiles) return;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  async #run(signal: AbortSignal): Promise<void> {
    const beside: Promise<void>[] = [];
    for (const [index, init] of this.#initContainers.entries()) {
      const isSidecar = this.#pod.spec.initContainers?.[index]?.restartPolicy === 'Always';
      const run = init.run(signal);
      if (isSidecar) beside.push(run);
      else await run;
      while (isSidecar && !signal.aborted && !isPassed(init.view, true)) await wait(20);
      if (!isPassed(init.view, isSidecar)) {
        await Promise.all(beside);
        return;
      }
    }
    await Promise.all([...this.#containers.map((container) => container.run(signal)), ...beside]);
  }

  async #start(
    program: Program,
    container: Container,
    log: LogBuffer,
    isTask: boolean,
  ): Promise<RunningProgram> {
    this.#volumes.check(this.#sources);
    const environment = environmentOf(container, { ...this.#sources, base: this.#baseEnv });
    if (environment.kind === 'incomplete') {
      throw new StartRefused('CreateContainerConfigError', environment.message);
    }
    const root = join(this.#folder, 'containers', container.name);
    if (program.files !== undefined) {
      await this.#volumes.write(this.#sources);
      this.#hasFiles = true;
      const files = { '/etc/resolv.conf': resolvConf(this.name.namespace), ...program.files };
      await layOutRoot(root, files, this.#volumes.mountsOf(container), this.#volumes.folders);
    }
    this.#stopping.signal.throwIfAborted();
    const { env } = environment;
    const running = await program.start({
      namespace: this.name.namespace,
      pod: this.name.name,
      container: container.name,
      image: container.image,
      command: (container.command ?? []).map((text) => expand(text, env)),
      args: (container.args ?? []).map((text) => expand(text, env)),
      env,
      ports: container.ports ?? [],
      nodeArgs: this.#ports.nodeArgs(this.name.namespace),
      root,
      isTask,
      write: (output) => log.append(output),
    });
    // Told to end while it was starting.
    if (this.#stopping.signal.aborted) running.kill();
    return running;
  }

  get #baseEnv(): Record<string, string> {
    const { hostname } = this.#pod.spec;
    return { HOSTNAME: hostname ?? this.name.name, ...this.#ports.env };
  }

  get #sources() {
    const { client, hostIp, tokenOf, ca } = this.#ports;
    const { namespace } = this.name;
    const find = (kind: string) => (name: string) =>
      client.get({ apiVersion: 'v1', kind, namespace, name }) as DataObject | undefined;
    return {
      pod: this.#pod,
      podIp: this.podIp,
      hostIp,
      ca,
      secret: find('Secret'),
      configMap: find('ConfigMap'),
      token: tokenOf(namespace, this.#pod.spec.serviceAccountName ?? 'default'),
    };
  }

  /** Writes the status once all that happens at this moment has happened. */
  #publish(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    setImmediate(() => {
      this.#publishing = false;
      this.#publishNow();
    });
  }

  #publishNow(): void {
    const { client, now } = this.#ports;
    const pod = client.get({ apiVersion: 'v1', kind: 'Pod', ...this.name }) as Pod | undefined;
    if (pod === undefined || pod.metadata.uid !== this.uid) return;
    const status = podStatus(
      pod,
      {
        containers: this.#containers.map(({ view }) => view),
        initContainers: this.#initContainers.map(({ view }) => view),
        podIp: this.podIp,
        hostIp: this.#ports.hostIp,
        startedAt: this.#startedAt,
      },
      now(),
    );
    if (sameJson(status, pod['status'])) return;
    try {
      client.updateStatus({ ...pod, status });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const message = `Error updating status: ${errorMessage(error)}`;
      this.#ports.tell(pod, { type: 'Warning', reason: 'FailedStatusUpdate', message });
    }
  }
}
