import { type ImageName, parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseFreeze } from '@fluxctl/shared/policy/freeze';
import type { Policies } from '@fluxctl/shared/policy/policies';
import { parseResourceId, type ResourceId } from '@fluxctl/shared/resource/resource-id';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Known, knownImages } from '../../test/fakes/known-images.ts';
import { memoryLogger } from '../../test/fakes/world.ts';
import type { Workload } from '../cluster/cluster.ts';
import type { ImageChange, RepositoryImages } from '../registry/image-registry.ts';
import { type AutomatorPorts, createAutomator } from './automator.ts';
import type { AutoUpdate } from './poll.ts';

const minute = 60_000;
const polling = 'component=sync-loop msg="polling for new images for automated workloads"';
const id = parseResourceId('demo:deployment/app');
const automated: Policies = { automated: 'true', 'tag.app': 'semver:*' };

interface AutomatorWorld extends AsyncDisposable {
  readonly lines: string[];
  readonly submitted: AutoUpdate[];
  readonly fetched: string[];
  readonly automator: ReturnType<typeof createAutomator>;
  ready: boolean;
  broken: string;
  policies: Record<string, Policies>;
  /** By container, as the cluster runs and as git has it. */
  running: Record<string, string>;
  inGit: Record<string, string>;
  registry: Record<string, Record<string, Known>>;
  onFetch: () => void;
  tell(change: Partial<ImageChange> & { repository: string }): void;
  /** The oldest job that is not over. */
  endJob(): void;
  /** Lets some time go by. */
  after(ms: number): Promise<void>;
}

function start(options: Partial<AutomatorPorts> = {}): AutomatorWorld {
  const stop = new AbortController();
  const jobs: (() => void)[] = [];
  const listeners = new Set<(change: ImageChange) => void>();
  const lines: string[] = [];
  const named = (images: Record<string, string>) =>
    Object.entries(images).map(([name, image]) => ({ name, image: parseImageRef(image) }));
  const imagesOf = (name: ImageName): RepositoryImages => knownImages(world.registry).imagesOf(name);
  const automator = createAutomator({
    intervalMs: 5 * minute,
    freeze: undefined,
    now: Date.now,
    log: memoryLogger(lines),
    cluster: {
      workloads: async ({ ids = [] }) =>
        ids
          .filter((one) => one === id)
          .map(() => ({ id, containers: named(world.running), ignore: undefined }) as unknown as Workload),
    },
    images: {
      imagesOf,
      async fetchTags(name, tags) {
        world.fetched.push(`${name.path} ${tags}`);
        world.onFetch();
        return imagesOf(name);
      },
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    async git() {
      if (world.broken !== '') throw new Error(world.broken);
      if (!world.ready) return undefined;
      const policies = new Map(Object.entries(world.policies) as [ResourceId, Policies][]);
      return { policies, images: async (one) => (one === id ? named(world.inGit) : []) };
    },
    submit(update) {
      world.submitted.push(update);
      return new Promise((resolve) => jobs.push(resolve));
    },
    ...options,
  });
  const world: AutomatorWorld = {
    lines,
    submitted: [],
    fetched: [],
    automator,
    ready: true,
    broken: '',
    policies: { [id]: automated },
    running: { app: 'x/app:1.0.0' },
    inGit: { app: 'x/app:1.0.0' },
    registry: { 'x/app': { '1.0.0': '2026-01-01' } },
    onFetch: () => undefined,
    tell(change) {
      for (const listener of listeners) listener({ added: [], changed: [], ...change });
    },
    endJob: () => jobs.shift()?.(),
    after: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await vi.advanceTimersByTimeAsync(10);
      await done;
    },
  };
  // A moment later, so that a test can say first how the world is.
  const done = Promise.resolve().then(() => automator.run(stop.signal));
  return world;
}

const canonical = 'index.docker.io/x/app';
const runs = ({ lines }: AutomatorWorld): number => lines.filter((line) => line === polling).length;
const targets = ({ submitted }: AutomatorWorld): string[][] =>
  submitted.map(({ Changes }) => Changes.map(({ ImageID }) => ImageID));

describe('the automator', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-01-09T12:00:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks at once, tells what it adds in the words of Flux v1, and has it done', async () => {
    await using world = start();
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' } };
    await world.after(10);
    expect(world.lines).toEqual([
      polling,
      'component=sync-loop workload=demo:deployment/app container=app repo=x/app pattern=semver:* current=x/app:1.0.0 info="added update to automation run" new=x/app:1.1.0 reason="latest 1.1.0 (2026-01-02 00:00:00 +0000 UTC) > current 1.0.0 (2026-01-01 00:00:00 +0000 UTC)"',
    ]);
    expect(world.submitted).toEqual([
      {
        Changes: [
          { WorkloadID: id, Container: { Name: 'app', Image: 'x/app:1.0.0' }, ImageID: 'x/app:1.1.0' },
        ],
      },
    ]);
  });

  it('says that nothing is automated, and looks again after the interval', async () => {
    await using world = start();
    world.policies = { [id]: { ...automated, locked: 'true' } };
    await world.after(10);
    expect(world.lines).toEqual([polling, 'component=sync-loop msg="no automated workloads"']);
    await world.after(5 * minute - 100);
    expect(runs(world)).toBe(1);
    await world.after(200);
    expect(runs(world)).toBe(2);
  });

  it('waits for a repository, and does not wait for the timer when it is ready', async () => {
    await using world = start();
    world.ready = false;
    await world.after(10 * minute);
    world.automator.askSoon();
    await world.after(minute);
    expect(world.lines).toEqual([]);
    world.ready = true;
    world.automator.look();
    await world.after(100);
    expect(runs(world)).toBe(1);
  });

  it('makes one run of many news, and none of what concerns no automated workload', async () => {
    await using world = start();
    await world.after(2_000);
    world.tell({ repository: 'index.docker.io/other/app', added: ['2'] });
    await world.after(2_000);
    expect(runs(world)).toBe(1);
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' } };
    for (let count = 0; count < 20; count += 1) {
      world.tell({ repository: canonical, added: ['1.1.0'] });
      await world.after(2);
    }
    await world.after(60);
    expect(runs(world)).toBe(2);
    expect(targets(world)).toEqual([['x/app:1.1.0']]);
  });

  it('looks when git or the cluster moved, and runs when that concerns a candidate', async () => {
    await using world = start();
    await world.after(2_000);
    world.policies = { [id]: automated, 'demo:deployment/other': { 'tag.c': 'glob:*' } };
    world.automator.look();
    await world.after(2_000);
    expect(runs(world)).toBe(1);
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '0.9.0': '2025-01-01' } };
    world.running = { app: 'x/app:0.9.0' };
    world.inGit = { app: 'x/app:0.9.0' };
    world.automator.look();
    await world.after(2_000);
    expect(runs(world)).toBe(2);
    expect(targets(world)).toEqual([['x/app:1.0.0']]);
  });

  it('sees that images went back and forth in a moment', async () => {
    await using world = start();
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' } };
    await world.after(100);
    world.endJob();
    // The update was applied, and taken back by hand, before anybody looked.
    world.automator.look(id);
    world.automator.look(id);
    await world.after(2_000);
    expect([runs(world), targets(world).length]).toEqual([2, 2]);
    world.automator.look(parseResourceId('demo:deployment/other'));
    await world.after(2_000);
    expect(runs(world)).toBe(2);
  });

  it('a look that finds nothing new does not put off the timer', async () => {
    await using world = start();
    for (let count = 0; count < 11; count += 1) {
      await world.after(minute / 2);
      world.automator.look();
    }
    expect(runs(world)).toBe(2);
  });

  it('adds nothing to an update that is under way, and looks again when it is over', async () => {
    await using world = start();
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' } };
    await world.after(2_000);
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02', '1.2.0': '2026-01-03' } };
    world.tell({ repository: canonical, added: ['1.2.0'] });
    await world.after(2_000);
    expect(targets(world)).toEqual([['x/app:1.1.0']]);
    world.inGit = { app: 'x/app:1.1.0' };
    world.endJob();
    await world.after(2_000);
    expect(targets(world)).toEqual([['x/app:1.1.0'], ['x/app:1.2.0']]);
  });

  it('does not ask again for what is committed and not applied yet, nor for containers that git does not know', async () => {
    await using world = start();
    world.registry = {
      'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' },
      mesh: { '1': '2026-01-01', '2': '2026-01-02' },
    };
    world.running = { app: 'x/app:1.0.0', mesh: 'mesh:1' };
    world.inGit = { app: 'docker.io/x/app:1.1.0' };
    await world.after(11 * minute);
    expect(world.submitted).toEqual([]);
    expect(world.lines).toEqual([polling, polling, polling]);
  });

  it('asks again at the next run when a job came to nothing', async () => {
    await using world = start();
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' } };
    await world.after(100);
    world.endJob();
    await world.after(4 * minute);
    expect(world.submitted).toHaveLength(1);
    await world.after(2 * minute);
    expect(world.submitted).toHaveLength(2);
  });

  it('[daemon 45] tells a skipped container and a senseless annotation once, until they change', async () => {
    await using world = start();
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', new: '' } };
    world.policies = { [id]: { automated: 'true', 'order.app': 'size' } };
    await world.after(11 * minute);
    const skipped =
      'component=sync-loop workload=demo:deployment/app container=app repo=x/app pattern=glob:* current=x/app:1.0.0 warning=';
    const told = world.lines.filter((line) => line !== polling);
    expect(told).toEqual([
      expect.stringContaining(
        'workload=demo:deployment/app annotation=fluxcd.io/order.app warning="\\"size\\" is none of',
      ),
    ]);
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', new: { state: 'unseen' } } };
    await world.after(11 * minute);
    expect(world.lines.filter((line) => line.startsWith(skipped))).toEqual([
      `${skipped}"inconsistent repository metadata: missing metadata for image tag \\"new\\"" action="skip container"`,
    ]);
    world.registry = { 'x/app': { '1.0.0': '', new: '2026-01-01' } };
    await world.after(11 * minute);
    expect(world.lines.filter((line) => line.includes('action="skip container"')).slice(1)).toEqual([
      expect.stringContaining('warning="image with zero created timestamp"'),
    ]);
  });

  it('tells switches and containers that there are not once, also of what is not automated', async () => {
    await using world = start();
    world.policies = {
      [id]: { automated: 'true', 'tag.ap': 'semver:~1' },
      'demo:deployment/other': { automated: 'ture' },
    };
    await world.after(11 * minute);
    expect(world.lines.filter((line) => line.includes('annotation='))).toEqual([
      'component=sync-loop workload=demo:deployment/other annotation=fluxcd.io/automated warning="\\"ture\\" is none of true, false; it is not automated"',
      'component=sync-loop workload=demo:deployment/app annotation=fluxcd.io/tag.ap warning="the workload has no container \\"ap\\"; it has app"',
    ]);
  });

  it('asks the registry for what a decision lacks, and decides in the same run', async () => {
    await using world = start();
    world.policies = { [id]: { automated: 'true' } };
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': { state: 'unseen' } } };
    world.onFetch = () => {
      world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-05' } };
      world.tell({ repository: canonical, changed: ['1.1.0'] });
    };
    await world.after(3_000);
    expect(world.fetched).toEqual(['x/app 1.1.0']);
    expect(targets(world)).toEqual([['x/app:1.1.0']]);
    expect(runs(world)).toBe(1);
  });

  it('decides by what is known when the registry cannot be asked', async () => {
    await using world = start();
    world.policies = { [id]: { automated: 'true' } };
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': { state: 'unseen' } } };
    world.onFetch = () => {
      throw new Error('no login');
    };
    await world.after(1_000);
    expect(world.lines[1]).toBe(
      `component=sync-loop err="no login" image=${canonical} impact="it is decided by what is known"`,
    );
    expect(world.lines[2]).toContain('missing metadata for image tag');
    expect(world.submitted).toEqual([]);
  });

  it('updates nothing in a freeze, and goes on when it ends', async () => {
    await using world = start({ freeze: parseFreeze('11:00-12:03') });
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' } };
    await world.after(2 * minute);
    expect([runs(world), world.submitted]).toEqual([1, []]);
    await world.after(minute + 100);
    expect([runs(world), targets(world)]).toEqual([2, [['x/app:1.1.0']]]);
  });

  it("knows when a workload's own freeze ends", async () => {
    await using world = start();
    world.policies = { [id]: { ...automated, freeze: '11:00-12:03' } };
    world.registry = { 'x/app': { '1.0.0': '2026-01-01', '1.1.0': '2026-01-02' } };
    await world.after(3 * minute + 100);
    expect(targets(world)).toEqual([['x/app:1.1.0']]);
  });

  it('says why it cannot look, and tries again', async () => {
    await using world = start();
    world.broken = 'a.yaml is no YAML';
    await world.after(100);
    expect(world.lines).toEqual([
      polling,
      'component=sync-loop error="getting unlocked automated resources: a.yaml is no YAML"',
    ]);
    world.broken = '';
    world.automator.look();
    await world.after(2_000);
    expect(runs(world)).toBe(2);
  });
});
