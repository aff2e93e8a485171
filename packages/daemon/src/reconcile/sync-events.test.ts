import { describe, expect, it } from 'vitest';
import type { Commit, CommitSha } from '../git/repository.ts';
import { syncEvents } from './sync-events.ts';

const commit = (letter: string): Commit => ({
  revision: letter.repeat(40) as CommitSha,
  subject: `commit ${letter}`,
});
const note = (type: string, result: unknown = null): string =>
  JSON.stringify({ jobID: 'j', spec: { type, cause: { Message: 'hi', User: 'Ann' }, spec: {} }, result });
const at = new Date('2022-08-30T09:15:04.500Z');
const base = { changed: [], errors: [], initial: false, startedAt: at, endedAt: at };

describe('syncEvents', () => {
  it('has nothing to tell without commits', () => {
    expect(syncEvents({ ...base, commits: [], notes: new Map() })).toEqual({
      events: [],
      unexpectedNotes: false,
    });
  });

  it('tells what the notes say, oldest first, after the sync itself', () => {
    const commits = [commit('d'), commit('c'), commit('b'), commit('a')];
    const success = { 'x:deployment/y': { Status: 'success', PerContainer: null } };
    const notes = new Map([
      [commit('a').revision, note('containers', success)],
      [commit('b').revision, note('auto', success)],
      [commit('c').revision, note('policy')],
    ]);
    const { events } = syncEvents({ ...base, commits, notes });
    expect(events.map(({ type }) => type)).toEqual(['sync', 'release', 'autorelease']);
    expect(events[0]).toEqual({
      id: 0,
      serviceIDs: [],
      type: 'sync',
      startedAt: '2022-08-30T09:15:04.500Z',
      endedAt: '2022-08-30T09:15:04.500Z',
      logLevel: 'info',
      metadata: {
        commits: commits.map(({ revision, subject }) => ({ revision, message: subject })),
        includes: { release: true, autorelease: true, update_policy: true, other: true },
      },
    });
    expect(events[1]).toMatchObject({
      serviceIDs: ['x:deployment/y'],
      metadata: {
        Revision: 'a'.repeat(40),
        spec: { Type: 'releaseContainersSpecType', ReleaseImageSpec: null },
        cause: { Message: 'hi', User: 'Ann' },
      },
    });
  });

  it('passes over notes that nobody can read', () => {
    const notes = new Map([[commit('a').revision, 'by hand']]);
    const { events } = syncEvents({ ...base, commits: [commit('a')], notes });
    expect(events).toHaveLength(1);
  });
});
