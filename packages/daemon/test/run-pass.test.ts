import { describe, expect, it, vi } from 'vitest';
import type { LoadProblem, ManifestLoader } from '../src/manifests/manifest.ts';
import { createSource } from '../src/reconcile/source.ts';
import { createWorld, object, type World } from './fakes/world.ts';

const a = object('ConfigMap', 'a');
const b = object('ConfigMap', 'b');
const c = object('ConfigMap', 'c');
const unreadable = (path: string): LoadProblem => ({
  severity: 'error',
  message: `cannot parse ${path}`,
  source: { path, line: 3 },
  ids: [],
});

const manifestCounts = async (world: World): Promise<string[]> =>
  (await world.metrics.text()).split('\n').filter((line) => line.startsWith('flux_daemon_sync_manifests'));

describe('what is applied', () => {
  it('[daemon 17] nothing is asked of the cluster for an empty set (no kubectl there is)', async () => {
    const world = createWorld();
    world.repository.commit({});
    await world.sync();
    expect(world.cluster.requests.filter((request) => request.startsWith('apply'))).toEqual([]);
  });

  it('[daemon 20] keeps what git no longer has when garbage collection is off', async () => {
    const world = createWorld({ garbageCollection: 'off' });
    for (const files of [{ a }, { a, b }, { c }]) {
      world.repository.commit(files);
      await world.sync();
    }
    expect(world.cluster.ids()).toEqual([
      'default:configmap/a',
      'default:configmap/b',
      'default:configmap/c',
    ]);
  });

  it('[daemon 21] [daemon 4] collects to exactly the last set, and to nothing', async () => {
    const world = createWorld();
    for (const files of [{ a, b, c }, { b }, { a, c }]) {
      world.repository.commit(files);
      await world.sync();
    }
    expect(world.cluster.ids()).toEqual(['default:configmap/a', 'default:configmap/c']);
    const last = world.repository.commit({});
    await world.sync();
    expect(world.cluster.ids()).toEqual([]);
    expect(world.repository.tags.get('flux-sync')).toBe(last);
  });

  it('[daemon 21] only logs what a dry collection would delete', async () => {
    const world = createWorld({ garbageCollection: 'dry' });
    world.repository.commit({ a, b });
    await world.sync();
    world.repository.commit({ a });
    await world.sync();
    expect(world.cluster.ids()).toContain('default:configmap/b');
    expect(world.lines).toContain(
      'info="cluster resource not in resources to be synced; deleting" dry-run=true resource=default:configmap/b',
    );
  });

  it('[daemon 22] keeps a Namespace that git has', async () => {
    const world = createWorld();
    world.repository.commit({ 'ns.yaml': object('Namespace', 'foo') });
    await world.sync();
    await world.sync();
    expect(world.cluster.ids()).toEqual(['<cluster>:namespace/foo']);
  });

  it.each([
    ['own', object('ConfigMap', 'x', { namespace: 'own' }), 'own:configmap/x'],
    ['default', object('ConfigMap', 'x'), 'system:configmap/x'],
    ['no', object('Namespace', 'x', { namespace: 'nonsense' }), '<cluster>:namespace/x'],
  ])(
    '[daemon 23] [daemon 24] puts an object into its %s namespace, and does not collect it',
    async (_, body, id) => {
      const world = createWorld({ defaultNamespace: 'system' });
      world.repository.commit({ x: body });
      await world.sync();
      await world.sync();
      expect(world.cluster.ids()).toEqual([id]);
    },
  );

  it('[daemon 31] applies namespaces first, then by kind and name', async () => {
    const world = createWorld();
    world.repository.commit({
      '1': object('Deployment', 'd'),
      '2': object('Secret', 's'),
      '3': object('Namespace', 'n'),
    });
    await world.sync();
    expect(world.cluster.requests.filter((request) => request.startsWith('apply'))).toEqual([
      'apply <cluster>:namespace/n',
      'apply default:secret/s',
      'apply default:deployment/d',
    ]);
  });

  it('[daemon 70] leaves out what is outside of the allowed namespaces, and says so', async () => {
    const world = createWorld({ allowedNamespaces: ['a'] });
    world.repository.commit({
      '1': object('ConfigMap', 'x', { namespace: 'a' }),
      '2': object('ConfigMap', 'x', { namespace: 'b' }),
      '3': object('ClusterRole', 'r'),
      '4': object('Namespace', 'b'),
    });
    await world.sync();
    expect(world.cluster.ids()).toEqual(['<cluster>:clusterrole/r', 'a:configmap/x']);
    expect(world.lines).toContain(
      'method=Sync warning="not applying resources; excluded by namespace constraints" resources=<cluster>:namespace/b,b:configmap/x',
    );
  });

  it('does not collect what a narrower list of namespaces leaves out (v1 deleted it)', async () => {
    const world = createWorld();
    world.repository.commit({ '1': object('Namespace', 'b') });
    await world.sync();
    const narrow = createWorld({ allowedNamespaces: ['a'] }, world.cluster);
    narrow.repository.commit({ '1': object('Namespace', 'b') });
    await narrow.sync();
    expect(world.cluster.ids()).toEqual(['<cluster>:namespace/b']);
  });

  it('[daemon 34] tells once that a kind is unknown, and applies it when it is served', async () => {
    const world = createWorld();
    world.repository.commit({ x: { apiVersion: 'acme.io/v1', kind: 'Widget', metadata: { name: 'w' } } });
    const first = await world.sync();
    await world.sync();
    expect(
      world.lines.filter((line) => line.includes('cannot find scope of resource widget/w')),
    ).toHaveLength(1);
    expect(first.outcomes.map(({ action }) => action)).toEqual(['failed']);
    world.cluster.serve('Widget');
    await world.sync();
    expect(world.lines).toContain('info="found scope of resource default:widget/w, back in business!"');
    expect(world.cluster.ids()).toEqual(['default:widget/w']);
  });

  it('[daemon 35] puts an object where it belongs when its CRD changes its scope', async () => {
    const world = createWorld();
    world.cluster.serve('Widget');
    world.repository.commit({ x: { apiVersion: 'acme.io/v1', kind: 'Widget', metadata: { name: 'w' } } });
    await world.sync();
    world.cluster.serve('Widget', 'cluster');
    world.passes.definitions.forgetScopes();
    await world.sync();
    expect(world.cluster.ids()).toEqual(['<cluster>:widget/w']);
  });
});

describe('what is left alone', () => {
  it('[daemon 25] [daemon 75] keeps a copy of a marked object, and what has an owner', async () => {
    const world = createWorld();
    world.repository.commit({ a, b });
    await world.sync();
    const marked = world.cluster.body('default:configmap/a') ?? {};
    world.cluster.edit(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'copy' },
      () => marked,
    );
    const owned = world.cluster.body('default:configmap/b') ?? {};
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'b' };
    world.cluster.edit(ref, () => owned, { owned: true });
    world.repository.commit({});
    await world.sync();
    expect(world.cluster.ids()).toEqual(['default:configmap/b', 'default:configmap/copy']);
  });

  it('[daemon 26] keeps an object whose definition now fails', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    world.cluster.refuse('default:configmap/a', 'no');
    world.repository.commit({ a: object('ConfigMap', 'a', { spec: { x: 1 } }) });
    const report = await world.sync();
    expect(world.cluster.ids()).toEqual(['default:configmap/a']);
    expect(report.outcomes[0]).toMatchObject({ action: 'failed', error: { message: 'no' } });
    expect(world.lines).toContain('component=daemon err="default:configmap/a: no (a:1)"');
    expect(world.lines).toContain(
      'warning="resource to be synced has not been updated; skipping" dry-run=false resource=default:configmap/a',
    );
  });

  it('[daemon 27] neither applies nor deletes what its file says to ignore, under the old prefix too', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    world.repository.commit({
      a: object('ConfigMap', 'a', { annotations: { 'flux.weave.works/ignore': 'true' }, spec: { x: 1 } }),
    });
    await world.sync();
    expect(world.cluster.body('default:configmap/a')).not.toHaveProperty('spec');
    expect(world.lines).toContain(
      'method=Sync info="not applying resource; ignore annotation in file" resource=default:configmap/a source=a',
    );
  });

  const ignoring = (world: World, value: string): void => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' };
    world.cluster.edit(ref, (body) => {
      const metadata = body.metadata as { annotations: Record<string, string> };
      metadata.annotations['fluxcd.io/ignore'] = value;
      return body;
    });
  };

  it('[daemon 28] neither updates nor deletes what says in the cluster to be ignored', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    ignoring(world, 'true');
    world.repository.commit({ a: object('ConfigMap', 'a', { spec: { x: 1 } }) });
    await world.sync();
    expect(world.cluster.body('default:configmap/a')).not.toHaveProperty('spec');
    world.repository.commit({});
    await world.sync();
    expect(world.cluster.ids()).toEqual(['default:configmap/a']);
  });

  it.each([
    ['sync_only', ['default:configmap/a']],
    ['false', []],
  ])('[daemon 29] after the file is gone, ignore "%s" leaves %j', async (value, ids) => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    ignoring(world, value);
    world.repository.commit({});
    await world.sync();
    expect(world.cluster.ids()).toEqual(ids);
  });

  it('[daemon 30] does not touch or mark an object of others that says to be ignored', async () => {
    const world = createWorld();
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' };
    const theirs = object('ConfigMap', 'a', { annotations: { 'fluxcd.io/ignore': 'true' } });
    world.cluster.edit(ref, () => theirs);
    world.repository.commit({ a });
    await world.sync();
    expect(world.cluster.body('default:configmap/a')).toEqual(theirs);
  });

  it('[daemon 72] leaves the objects of the old paths when --git-path changes', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    const moved = createWorld({ paths: ['b'] }, world.cluster);
    moved.repository.commit({ b });
    await moved.sync();
    expect(world.cluster.ids()).toEqual(['default:configmap/a', 'default:configmap/b']);
  });

  it('deletes nothing while a part of the repository cannot be read', async () => {
    const world = createWorld();
    world.repository.commit({ a, b });
    await world.sync();
    world.repository.commit({ a, 'b.yaml': unreadable('b.yaml') });
    await world.sync();
    expect(world.cluster.ids()).toContain('default:configmap/b');
    expect(world.lines.join('\n')).toContain('not deleting cluster resources');
  });
});

describe('marker, events and metrics', () => {
  it('[daemon 36] [daemon 1] without a tag: everything applied once, an event with all ids, the tag, the metric', async () => {
    const world = createWorld();
    const head = world.repository.commit({ a, b });
    await world.sync();
    expect(world.lines).toContain(
      `component=daemon event="Sync: ${head.slice(0, 7)}, default:configmap/a, default:configmap/b" logupstream=false`,
    );
    expect(world.events.recent()[0]).toMatchObject({ type: 'sync', metadata: { initialSync: true } });
    expect(world.lines).toContain(`component=sync-loop state="tag flux-sync" old= new=${head}`);
    expect(world.repository.tags.get('flux-sync')).toBe(head);
    expect(await manifestCounts(world)).toEqual([
      'flux_daemon_sync_manifests{success="true"} 2',
      'flux_daemon_sync_manifests{success="false"} 0',
    ]);
  });

  it('[daemon 37] with the tag at the head a new process sends nothing and has no event (v1 applied all)', async () => {
    const world = createWorld();
    world.repository.commit({ a, b });
    await world.sync();
    world.restart();
    world.cluster.requests.length = 0;
    const before = world.events.recent().length;
    await world.sync();
    expect(world.cluster.requests.filter((request) => request !== 'follow')).toEqual([]);
    expect(world.events.recent()).toHaveLength(before);
  });

  it('finds out while it loads what is as it was applied: no body is parsed a second time for it', async () => {
    const world = createWorld();
    world.repository.commit({ a, b, c });
    await world.sync();
    world.cluster.edit({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'b' }, (body) => ({
      ...body,
      data: { theirs: 'x' },
    }));
    world.cluster.forget();
    world.restart();
    world.repository.bodiesRead.length = 0;
    const { outcomes } = await world.sync();
    expect(outcomes.map(({ id, action }) => `${id} ${action}`).sort()).toEqual([
      'default:configmap/a unchanged',
      'default:configmap/b configured',
      'default:configmap/c unchanged',
    ]);
    // Once to make sure, once to apply it.
    expect(world.repository.bodiesRead).toEqual(['b', 'b']);
  });

  it('loads while it is found out whether git may be written to, once for that and the first pass', async () => {
    const { repository, config, ports } = createWorld();
    repository.commit({ a });
    repository.setStatus({ state: 'new', error: '' });
    const loaded: string[] = [];
    const loader: ManifestLoader = {
      load(...args) {
        loaded.push(repository.status.state);
        return repository.loader.load(...args);
      },
    };
    const source = createSource(config, { ...ports, loader });
    const stop = new AbortController();
    const running = source.run(stop.signal, stop.signal);
    repository.setStatus({ state: 'cloned', error: '' });
    await vi.waitFor(() => expect(loaded).toEqual(['cloned']));
    expect(source.applied()).toBeUndefined();
    repository.setStatus({ state: 'ready', error: '' });
    repository.refreshed();
    await vi.waitFor(() => expect(source.applied()).toBeDefined());
    expect(loaded).toEqual(['cloned']);
    stop.abort();
    await running;
  });

  it('[daemon 38] [daemon 2] with the tag one behind the event has only what changed, and the tag moves', async () => {
    const world = createWorld();
    world.repository.commit({ a, b });
    await world.sync();
    world.restart();
    const head = world.repository.commit({ a, b: object('ConfigMap', 'b', { spec: { x: 1 } }) });
    await world.sync();
    expect(world.events.recent()[0]?.serviceIDs).toEqual(['default:configmap/b']);
    expect(world.repository.tags.get('flux-sync')).toBe(head);
  });

  it('[daemon 39] [daemon 3] a bad file costs only itself: the rest is applied and the tag moves', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    const head = world.repository.commit({ a, b, 'bad.yaml': unreadable('bad.yaml') });
    const report = await world.sync();
    expect(world.cluster.ids()).toEqual(['default:configmap/a', 'default:configmap/b']);
    expect(world.lines).toContain(
      'component=sync-loop err="loading resources from repo: cannot parse bad.yaml (bad.yaml:3)"',
    );
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({ action: 'failed', source: { path: 'bad.yaml', line: 3 } }),
    );
    expect(world.repository.tags.get('flux-sync')).toBe(head);
    world.repository.commit({ a, b });
    expect((await world.sync()).outcomes.every(({ action }) => action === 'unchanged')).toBe(true);
  });

  it('[daemon 40] two that fail leave the rest, are counted, and the tag moves', async () => {
    const world = createWorld();
    const head = world.repository.commit({ a, b, c });
    world.cluster.refuse('default:configmap/a', 'no');
    world.cluster.refuse('default:configmap/b', 'no');
    await world.sync();
    expect(world.cluster.ids()).toEqual(['default:configmap/c']);
    expect(await manifestCounts(world)).toEqual([
      'flux_daemon_sync_manifests{success="true"} 1',
      'flux_daemon_sync_manifests{success="false"} 2',
    ]);
    expect(world.repository.tags.get('flux-sync')).toBe(head);
    expect(world.events.recent()[0]).toMatchObject({
      metadata: {
        errors: [{ ID: 'default:configmap/a', Path: 'a', Error: 'no' }, { ID: 'default:configmap/b' }],
      },
    });
  });

  it('[daemon 60] of three objects with a bad one, only the bad one is tried again (v1 repeated all)', async () => {
    const world = createWorld();
    world.repository.commit({ a, b, c });
    world.cluster.refuse('default:configmap/b', 'no');
    await world.sync();
    world.cluster.requests.length = 0;
    await world.sync();
    expect(world.cluster.requests).toEqual([]);
    await world.sync({ retryNow: true });
    expect(world.cluster.requests).toEqual(['apply default:configmap/b']);
  });

  it('does not move the tag when the API server does not answer at all', async () => {
    const world = createWorld();
    const head = world.repository.commit({ a });
    world.cluster.away = true;
    await expect(world.sync()).rejects.toThrow('ECONNREFUSED');
    expect(world.repository.tags.get('flux-sync')).toBeUndefined();
    world.cluster.away = false;
    await world.sync({ retryNow: true });
    expect(world.repository.tags.get('flux-sync')).toBe(head);
    world.repository.commit({ a, b });
    world.cluster.away = true;
    await expect(world.sync()).rejects.toThrow('ECONNREFUSED');
    expect(world.repository.tags.get('flux-sync')).toBe(head);
  });

  it('tries what failed again by itself, later and later, and a new definition at once', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    world.cluster.refuse('default:configmap/a', 'no');
    await world.sync();
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      const due = world.waits.nextDue() ?? 0;
      waits.push(due - world.clock);
      world.clock = due;
      await world.passes.partial(world.waits.due(), AbortSignal.timeout(1000), () => {});
    }
    expect(waits).toEqual([3750, 7500, 15_000]);
    world.cluster.refuse('default:configmap/a', undefined);
    world.repository.commit({ a: object('ConfigMap', 'a', { spec: { x: 1 } }) });
    await world.sync();
    expect(world.cluster.ids()).toEqual(['default:configmap/a']);
    expect(world.waits.nextDue()).toBeUndefined();
  });

  it('[daemon 61] warns once when somebody else moves the tag', async () => {
    const world = createWorld();
    const first = world.repository.commit({ a });
    await world.sync();
    world.repository.commit({ a, b });
    await world.sync();
    for (let round = 0; round < 2; round++) {
      world.repository.tags.set('flux-sync', first);
      world.repository.commit({ a, b, [`${round}`]: object('ConfigMap', `r${round}`) });
      await world.sync();
    }
    expect(world.lines.filter((line) => line.includes('detected external change in sync state'))).toEqual([
      'component=sync-loop warning="detected external change in sync state; the sync state should not be shared by fluxd instances" state="tag flux-sync"',
    ]);
  });

  it('[daemon 62] warns of notes at a first sync, and makes no event of them', async () => {
    const world = createWorld();
    const head = world.repository.commit({ a });
    world.repository.noteTexts.set(
      head,
      '{"jobID":"j","spec":{"type":"image","cause":{"Message":"","User":""},"spec":{}},"result":{}}',
    );
    await world.sync();
    expect(world.lines).toContain(
      'component=daemon warning="no notes expected on initial sync; this repo may be in use by another fluxd"',
    );
    expect(world.events.recent().map(({ type }) => type)).toEqual(['sync']);
  });

  it('tells of an automated release by its note', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    const head = world.repository.commit({ a, b }, 'Auto-release x/y:2');
    world.repository.noteTexts.set(
      head,
      JSON.stringify({
        jobID: 'j',
        spec: { type: 'auto', cause: { Message: '', User: '' }, spec: { Changes: [] } },
        result: {
          'default:deployment/x': {
            Status: 'success',
            PerContainer: [{ Container: 'c', Current: 'x/y:1', Target: 'x/y:2' }],
          },
        },
      }),
    );
    await world.sync();
    expect(world.lines).toContain('component=daemon event="Automated release of x/y:2" logupstream=false');
    expect(world.events.recent()[1]).toMatchObject({ metadata: { includes: { autorelease: true } } });
  });

  it('[daemon 71] puts right what drifted, without a commit (v1 waited for its interval)', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' };
    world.cluster.edit(ref, (body) => ({ ...body, data: { x: 'theirs' } }));
    await world.sync();
    expect(world.cluster.body('default:configmap/a')).not.toHaveProperty('data');
    expect(world.lines.join('\n')).toContain(
      'info="cluster resource was changed; applying again" resource=default:configmap/a changed-by=kubectl-edit',
    );
  });

  it('backs off from an object that somebody keeps changing, and names them', async () => {
    const world = createWorld();
    world.repository.commit({ a });
    await world.sync();
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' };
    let applies = 0;
    for (let second = 0; second < 100; second++) {
      world.clock += 1000;
      world.cluster.edit(ref, (body) => body, { manager: 'autoscaler' });
      world.cluster.requests.length = 0;
      await world.sync();
      applies += world.cluster.requests.length;
    }
    expect(applies).toBeGreaterThan(2);
    expect(applies).toBeLessThan(12);
    const report = await world.sync();
    expect(report.outcomes[0]?.error?.message).toContain('again and again by autoscaler');
  });

  it('asks nothing of the cluster when there is nothing to do, and says so', async () => {
    const world = createWorld();
    world.repository.commit({ a, b });
    await world.sync();
    world.cluster.requests.length = 0;
    await world.sync();
    expect(world.cluster.requests).toEqual([]);
    expect(world.lines.at(-1)).toBe(
      'method=Sync info="nothing to do: the cluster is as git has it" objects=2',
    );
  });
});
