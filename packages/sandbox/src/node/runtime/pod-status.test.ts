import { describe, expect, it } from 'vitest';
import type { Pod } from '../objects.ts';
import type { ContainerState, ContainerView, Ended } from './container-state.ts';
import { phaseOf, podStatus } from './pod-status.ts';

const at = new Date('2026-11-23T20:50:00Z');
const ended = (code: number): Ended => ({
  kind: 'terminated',
  exit: { code },
  reason: code === 0 ? 'Completed' : 'Error',
  startedAt: at,
  finishedAt: at,
  id: 'f00',
});
const running: ContainerState = { kind: 'running', startedAt: at, id: 'f00', isStarted: true, isReady: true };
const waiting: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };
const view = (state: ContainerState, last?: Ended): ContainerView => ({
  name: 'c',
  image: 'x:1',
  state,
  last,
  restarts: last ? 1 : 0,
});
const pod = (restartPolicy: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { restartPolicy, containers: [{ name: 'c', image: 'x:1' }] },
});
const facts = (containers: readonly ContainerView[], initContainers: readonly ContainerView[] = []) => ({
  containers,
  initContainers,
  podIp: '10.244.0.3',
  hostIp: '127.0.0.1',
  startedAt: at,
});

describe('phaseOf', () => {
  it.each([
    { policy: 'Always', containers: [view(waiting)], phase: 'Pending' },
    { policy: 'Always', containers: [view(running)], phase: 'Running' },
    { policy: 'Always', containers: [view(waiting, ended(1))], phase: 'Running' },
    { policy: 'Always', containers: [view(ended(0))], phase: 'Running' },
    { policy: 'Never', containers: [view(ended(0))], phase: 'Succeeded' },
    { policy: 'Never', containers: [view(ended(2))], phase: 'Failed' },
    { policy: 'Never', containers: [view(ended(2)), view(running)], phase: 'Running' },
    { policy: 'OnFailure', containers: [view(ended(2))], phase: 'Running' },
    { policy: 'Always', containers: [view(waiting)], init: [view(running)], phase: 'Pending' },
    { policy: 'Never', containers: [view(waiting)], init: [view(ended(1))], phase: 'Failed' },
  ])('$policy: $phase', ({ policy, containers, init = [], phase }) => {
    expect(phaseOf(pod(policy), facts(containers, init))).toBe(phase);
  });
});

describe('podStatus', () => {
  it('names the containers that are not ready', () => {
    const status = podStatus(pod('Always'), facts([view({ ...running, isReady: false })]), at);
    expect(status['conditions']).toContainEqual({
      type: 'Ready',
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c]',
      lastTransitionTime: '2026-11-23T20:50:00Z',
    });
  });

  it('keeps the time of a condition that has not changed', () => {
    const before = podStatus(pod('Always'), facts([view(running)]), at) as NonNullable<Pod['status']>;
    const later = new Date(at.getTime() + 60_000);
    expect(podStatus({ ...pod('Always'), status: before }, facts([view(running)]), later)).toEqual(before);
  });
});
