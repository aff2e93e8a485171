import { describe, expect, it } from 'vitest';
import type { WorkloadResult } from '../api/types.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import type { EventDetail, FluxEvent } from './event.ts';
import { eventText, releaseError } from './event-text.ts';

const at = '2022-08-30T09:15:04.5Z';
const [a, b] = ['default:deployment/a', 'default:deployment/b'] as ResourceId[] as [ResourceId, ResourceId];
const event = (ids: readonly ResourceId[] | null, detail: EventDetail): FluxEvent => ({
  id: 0,
  serviceIDs: ids,
  startedAt: at,
  endedAt: at,
  logLevel: 'info',
  ...detail,
});
const commit = (revision: string) => ({ revision: revision.repeat(40), message: 'a change' });
const updated = (...targets: string[]): WorkloadResult => ({
  Status: 'success',
  PerContainer: targets.map((Target) => ({ Container: 'c', Current: 'q/a:1', Target })),
});
const release = (services: string[], User = '', Message = ''): EventDetail => ({
  type: 'release',
  metadata: {
    Revision: 'abc',
    result: { [b]: updated('q/c:9'), [a]: updated('q/a:2') },
    spec: {
      Type: 'releaseImageSpecType',
      ReleaseImageSpec: { ServiceSpecs: services },
      ReleaseContainersSpec: null,
    },
    cause: { User, Message },
  },
});

describe('eventText', () => {
  it.each<[string, FluxEvent]>([
    [
      'Sync: 1111111, default:deployment/a, default:deployment/b',
      event([b, a], { type: 'sync', metadata: { commits: [commit('1')] } }),
    ],
    [
      'Sync: 2222222, no workloads changed',
      event(null, { type: 'sync', metadata: { commits: [commit('2'), commit('1')] } }),
    ],
    [
      'Sync: 1111111..3333333, default:deployment/a',
      event([a], { type: 'sync', metadata: { commits: [commit('3'), commit('2'), commit('1')] } }),
    ],
    ['Sync: <no revision>, no workloads changed', event([], { type: 'sync', metadata: {} })],
    [
      'Commit: 2727272, default:deployment/a',
      event([a], { type: 'commit', metadata: { revision: '27'.repeat(20), spec: null } }),
    ],
    [
      'Commit: 2727272, <no changes>',
      event([], { type: 'commit', metadata: { revision: '27'.repeat(20), spec: null } }),
    ],
    [
      'Released: q/a:2, q/c:9 to default:deployment/a, default:deployment/b, by Ann, with message "hi"',
      event([a, b], release([a], 'Ann', 'hi')),
    ],
    ['Released: q/a:2, q/c:9 to all workloads', event([a, b], release(['<all>']))],
    ['Released: q/a:2, q/c:9 to no workloads', event([], release([a]))],
    [
      'Automated release of q/a:2',
      event([a], {
        type: 'autorelease',
        metadata: { Revision: '', result: { [a]: updated('q/a:2') }, spec: {} },
      }),
    ],
    [
      'Automated release of no image changes',
      event([a], { type: 'autorelease', metadata: { Revision: '', result: null, spec: {} } }),
    ],
  ])('%s', (text, given) => {
    expect(eventText(given)).toBe(text);
  });
});

describe('releaseError', () => {
  it.each([
    ['', { [a]: updated('x') }],
    ['default:deployment/a failed: boom', { [a]: { Status: 'failed', Error: 'boom', PerContainer: null } }],
    [
      'Multiple workloads failed: default:deployment/a, default:deployment/b',
      { [b]: { Status: 'failed', PerContainer: null }, [a]: { Status: 'failed', PerContainer: null } },
    ],
  ] as const)('is %j', (text, result) => {
    expect(releaseError(result as Record<string, WorkloadResult>)).toBe(text);
  });
});
