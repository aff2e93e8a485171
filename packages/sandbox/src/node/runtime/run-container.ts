import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { errorMessage } from '@fluxctl/shared/errors';
import type { Container, Probe } from '../objects.ts';
import type { Exit, Program, RunningProgram } from '../programs/program.ts';
import { crashing } from '../programs/stand-in.ts';
import type { ContainerState, ContainerView, Ended } from './container-state.ts';
import { type ImageFault, nameError, pullError } from './image-faults.ts';
import { LogBuffer } from './log-buffer.ts';
import { askProbe, watchProbe } from './probe.ts';

export interface ContainerPorts {
  readonly now: () => Date;
  /** Multiplies the kubelet's waits, except for those of liveness probes. */
  readonly pace: number;
  readonly faultOf: (image: string) => ImageFault | undefined;
  readonly programOf: (image: string) => Program;
  /** Starts the program once; rejects with why it cannot be started (yet). */
  readonly start: (program: Program, container: Container, log: LogBuffer) => Promise<RunningProgram>;
  readonly tell: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  readonly onChange: () => void;
}

/** What cannot be started before somebody changes something; `reason` as the kubelet calls it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

const firstBackOffMs = 10_000;
const longestBackOffMs = 300_000;
/** What a timer can hold. */
const longestWaitMs = 2 ** 31 - 1;
/** One that has run for so long starts with a clean slate, in ms. */
const steadyMs = 600_000;

/** Runs one container of a pod: pulls, starts, probes, starts again, for as long as its policy says. */
export class ContainerRun {
  readonly #container: Container;
  readonly #ports: ContainerPorts;
  readonly #policy: string;
  #state: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };
  #last: Ended | undefined;
  #restarts = 0;
  #running: RunningProgram | undefined;
  #log: LogBuffer;
  #previousLog: LogBuffer | undefined;

  /** @param policy - `Always`, `OnFailure` or `Never` */
  constructor(container: Container, policy: string, ports: ContainerPorts) {
    this.#container = container;
    this.#policy = policy;
    this.#ports = ports;
    this.#log = new LogBuffer(ports.now);
  }

  get view(): ContainerView {
    const { name, image } = this.#container;
    return { name, image, state: this.#state, last: this.#last, restarts: this.#restarts };
  }

  get running(): RunningProgram | undefined {
    return this.#running;
  }

  get log(): LogBuffer {
    return this.#log;
  }

  get previousLog(): LogBuffer | undefined {
    return this.#previousLog;
  }

  /** Resolves when it has ended for good; by `signal` at the latest, which starts nothing new. */
  async run(signal: AbortSignal): Promise<void> {
    let crashes = 0;
    try {
      while (!signal.aborted) {
        const ended = await this.#runOnce(signal);
        if (ended === undefined) continue;
        const isOver = this.#policy === 'Never' || (this.#policy === 'OnFailure' && ended.exit.code === 0);
        if (isOver || signal.aborted) return;
        const ranMs = ended.finishedAt.getTime() - ended.startedAt.getTime();
        crashes = ranMs >= steadyMs * this.#ports.pace ? 1 : crashes + 1;
        await this.#backOff(crashes, signal);
        this.#last = ended;
        this.#restarts += 1;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Starts once and waits for the end; undefined when there was nothing to start yet. */
  async #runOnce(signal: AbortSignal): Promise<Ended | undefined> {
    const { tell, now, start, faultOf, programOf } = this.#ports;
    const { image, name } = this.#container;
    await this.#untilNamed(signal);
    await this.#pull(signal);
    const fault = faultOf(image);
    const program = fault?.kind === 'crashing' ? crashing(fault) : programOf(image);
    if (this.#log.ended) {
      this.#previousLog = this.#log;
      this.#log = new LogBuffer(now);
    }
    const log = this.#log;
    const startedAt = now();
    const id = randomBytes(32).toString('hex');
    let running: RunningProgram;
    try {
      running = await start(program, this.#container, log);
    } catch (error) {
      if (signal.aborted) return undefined;
      const refused = error instanceof StartRefused;
      const reason = refused ? error.reason : 'RunContainerError';
      this.#set({ kind: 'waiting', reason, message: errorMessage(error) });
      tell('Warning', refused ? 'FailedMount' : 'Failed', errorMessage(error));
      await wait(Math.max(100, 2_000 * this.#ports.pace), undefined, { signal });
      return undefined;
    }
    this.#running = running;
    tell('Normal', 'Started', `Started container ${name}`);
    const probing = new AbortController();
    this.#beginProbes(running, startedAt, id, probing.signal);
    const exit = await running.ended;
    probing.abort();
    this.#running = undefined;
    log.end();
    const reason = fault?.kind === 'crashing' ? fault.reason : undefined;
    return this.#end(exit, startedAt, id, reason);
  }

  /** A name that is none stays so: only another template helps. */
  async #untilNamed(signal: AbortSignal): Promise<void> {
    const message = nameError(this.#container.image);
    if (message === undefined) return;
    this.#set({ kind: 'waiting', reason: 'InvalidImageName', message });
    this.#ports.tell('Warning', 'InspectFailed', message);
    await wait(longestWaitMs, undefined, { signal });
  }

  async #pull(signal: AbortSignal): Promise<void> {
    const { faultOf, tell, pace } = this.#ports;
    const { image } = this.#container;
    for (let tries = 1; ; tries += 1) {
      const fault = faultOf(image);
      if (fault === undefined || fault.kind === 'crashing') return;
      const message = pullError(image, fault.kind);
      this.#set({ kind: 'waiting', reason: 'ErrImagePull', message });
      tell('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      await wait(1_000 * pace, undefined, { signal });
      const backOff = `Back-off pulling image "${image}"`;
      this.#set({
        kind: 'waiting',
        reason: 'ImagePullBackOff',
        message: `${backOff}: ErrImagePull: ${message}`,
      });
      tell('Normal', 'BackOff', backOff);
      await wait(backOffMs(tries) * pace, undefined, { signal });
    }
  }

  #end(exit: Exit, startedAt: Date, id: string, why = 'Error'): Ended {
    const reason = exit.code === 0 ? 'Completed' : why;
    const ended: Ended = { kind: 'terminated', exit, reason, startedAt, finishedAt: this.#ports.now(), id };
    this.#set(ended);
    return ended;
  }

  async #backOff(crashes: number, signal: AbortSignal): Promise<void> {
    const { pace, tell } = this.#ports;
    if (crashes < 2) {
      // The first time it is started again at once; not so fast that nobody sees it.
      await wait(1_000 * pace, undefined, { signal });
      return;
    }
    const ms = backOffMs(crashes - 1);
    const { name } = this.#container;
    const message = `back-off ${ms / 1000}s restarting failed container=${name}`;
    if (this.#state.kind === 'terminated') this.#last = this.#state;
    this.#set({ kind: 'waiting', reason: 'CrashLoopBackOff', message });
    tell('Warning', 'BackOff', `Back-off restarting failed container ${name}`);
    await wait(ms * pace, undefined, { signal });
  }

  #beginProbes(running: RunningProgram, startedAt: Date, id: string, signal: AbortSignal): void {
    const { startupProbe, readinessProbe, livenessProbe } = this.#container;
    const isAsked = running.probes === 'asked';
    const begin = (): void => {
      const waitsForProbe = isAsked && readinessProbe !== undefined;
      this.#set({ kind: 'running', startedAt, id, isStarted: true, isReady: !waitsForProbe });
      if (!isAsked) return;
      if (readinessProbe) {
        this.#watch('Readiness', readinessProbe, this.#ports.pace, running, signal, (verdict) => {
          this.#set({ kind: 'running', startedAt, id, isStarted: true, isReady: verdict === 'passing' });
        });
      }
      if (livenessProbe) {
        // Never hurried: a busy machine must not get a healthy process killed.
        this.#watch('Liveness', livenessProbe, 1, running, signal, (verdict) => {
          if (verdict === 'failing') this.#killUnhealthy('liveness', running);
        });
      }
    };
    if (!isAsked || startupProbe === undefined) {
      begin();
      return;
    }
    this.#set({ kind: 'running', startedAt, id, isStarted: false, isReady: false });
    const startup = new AbortController();
    const either = AbortSignal.any([signal, startup.signal]);
    this.#watch('Startup', startupProbe, this.#ports.pace, running, either, (verdict) => {
      startup.abort();
      if (verdict === 'passing') begin();
      else this.#killUnhealthy('startup', running);
    });
  }

  #watch(
    name: 'Startup' | 'Readiness' | 'Liveness',
    probe: Probe,
    pace: number,
    running: RunningProgram,
    signal: AbortSignal,
    onVerdict: (verdict: 'passing' | 'failing') => void,
  ): void {
    const target = { ports: this.#container.ports ?? [], port: running.port };
    void watchProbe(
      {
        probe,
        pace,
        ask: () => askProbe(probe, target, signal),
        onVerdict,
        onFailure: (message) => this.#ports.tell('Warning', 'Unhealthy', `${name} probe failed: ${message}`),
      },
      signal,
    );
  }

  #killUnhealthy(probe: string, running: RunningProgram): void {
    const { name } = this.#container;
    const message = `Container ${name} failed ${probe} probe, will be restarted`;
    this.#ports.tell('Normal', 'Killing', message);
    const late = setTimeout(() => running.kill(), unhealthyGraceMs);
    void running.ended.then(() => clearTimeout(late));
    running.terminate();
  }

  #set(state: ContainerState): void {
    this.#state = state;
    this.#ports.onChange();
  }
}

/** How long one that failed its probe may take to end by itself, in ms. */
const unhealthyGraceMs = 5_000;

function backOffMs(times: number): number {
  return Math.min(longestBackOffMs, firstBackOffMs * 2 ** (times - 1));
}
