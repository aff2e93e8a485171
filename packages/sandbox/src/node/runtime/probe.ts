import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { ContainerPort, Probe } from '../objects.ts';

/** How a probe went; `message` as the kubelet puts it. */
export type ProbeResult = { readonly kind: 'passed' } | { readonly kind: 'failed'; readonly message: string };

export interface ProbeTarget {
  readonly ports: readonly ContainerPort[];
  /** Where a port of the container is on 127.0.0.1. */
  port(containerPort: number): number | undefined;
}

const passed: ProbeResult = { kind: 'passed' };

/** Asks once. Commands cannot be run inside of a container here: they count as passed. */
export async function askProbe(probe: Probe, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.httpGet) return askHttp(probe.httpGet, target, timeoutMs, signal);
  const port = probe.tcpSocket?.port ?? probe.grpc?.port;
  return port === undefined ? passed : askTcp(port, target, timeoutMs);
}

function localPort(port: number | string, target: ProbeTarget): number | undefined {
  const named = target.ports.find(({ name }) => name === port)?.containerPort;
  const number = typeof port === 'number' ? port : (named ?? Number(port));
  return target.port(number);
}

function askHttp(
  { path = '/', port, scheme, httpHeaders = [] }: NonNullable<Probe['httpGet']>,
  target: ProbeTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const local = localPort(port, target);
  const name = `Get "${(scheme ?? 'HTTP').toLowerCase()}://127.0.0.1:${port}${path}"`;
  if (local === undefined) return Promise.resolve({ kind: 'failed', message: `${name}: connection refused` });
  const request = scheme === 'HTTPS' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ kind: 'failed', message: reason });
    request(
      {
        host: '127.0.0.1',
        port: local,
        path,
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        rejectUnauthorized: false, // as the kubelet: the probe asks whether it answers, not who
        headers: {
          'user-agent': 'kube-probe/1.35',
          ...Object.fromEntries(httpHeaders.map((header) => [header.name, header.value])),
        },
      },
      (response) => {
        response.resume();
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 400) resolve(passed);
        else fail(`HTTP probe failed with statuscode: ${statusCode}`);
      },
    )
      .on('error', (error) => fail(`${name}: ${error.message}`))
      .end();
  });
}

function askTcp(port: number | string, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const local = localPort(port, target);
  if (local === undefined) {
    return Promise.resolve({ kind: 'failed', message: `dial tcp 127.0.0.1:${port}: connection refused` });
  }
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: local, timeout: timeoutMs });
    const end = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(passed));
    socket.on('timeout', () => end({ kind: 'failed', message: `dial tcp 127.0.0.1:${port}: i/o timeout` }));
    socket.on('error', (error) => end({ kind: 'failed', message: error.message }));
  });
}

export interface ProbeWatch {
  readonly probe: Probe;
  /** All waits are multiplied by this. */
  readonly pace: number;
  readonly ask: () => Promise<ProbeResult>;
  /** The probe has changed its mind: so many passes or failures in a row. */
  readonly onVerdict: (verdict: 'passing' | 'failing') => void;
  readonly onFailure: (message: string) => void;
}

/** Asks again and again until `signal` says so. */
export async function watchProbe(
  { probe, pace, ask, onVerdict, onFailure }: ProbeWatch,
  signal: AbortSignal,
): Promise<void> {
  const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
  let verdict: 'passing' | 'failing' | undefined;
  let row = 0;
  let last: ProbeResult['kind'] | undefined;
  try {
    await wait(initialDelaySeconds * 1000 * pace, undefined, { signal });
    while (!signal.aborted) {
      const result = await ask();
      if (signal.aborted) return;
      if (result.kind === 'failed') onFailure(result.message);
      row = result.kind === last ? row + 1 : 1;
      last = result.kind;
      const next = result.kind === 'passed' ? 'passing' : 'failing';
      if (next !== verdict && row >= (next === 'passing' ? successThreshold : failureThreshold)) {
        verdict = next;
        onVerdict(next);
      }
      await wait(periodSeconds * 1000 * pace, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
