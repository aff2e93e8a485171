import { expect, it } from 'vitest';
import { oneDeployment } from './one-deployment.ts';
import { createReleaseWorld } from './release-world.ts';

const automated = "fluxcd.io/automated: 'true'";
const locked = "fluxcd.io/locked: 'true'";

interface Case {
  /** Annotations, line by line; none: no `annotations:`. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly update: {
    readonly add?: readonly string[] | Record<string, string>;
    readonly remove?: readonly string[];
  };
}

const cases: Readonly<Record<string, Case>> = {
  p1: {
    before: ["prometheus.io/scrape: 'false'"],
    update: { add: ['automated'] },
    after: ["prometheus.io/scrape: 'false'", automated],
  },
  p2: {
    before: ["flux.weave.works/automated: 'true'"],
    update: { add: ['automated'] },
    after: ["flux.weave.works/automated: 'true'"],
  },
  p3: { before: [], update: { add: ['automated'] }, after: [automated] },
  p4: {
    before: ["flux.weave.works/automated: 'true'", 'other: x'],
    update: { add: ['locked'], remove: ['automated'] },
    after: ['other: x', locked],
  },
  p5: { before: [], update: { add: ['locked'], remove: ['locked'] }, after: [] },
  p6: { before: ['fluxcd.io/automated: true'], update: { remove: ['automated'] }, after: [] },
  p7: { before: ['other: x'], update: { remove: ['automated'] }, after: ['other: x'] },
  p8: {
    before: ['fluxcd.io/locked_msg: |-', '  one', '', '  two', 'other: x'],
    update: { remove: ['locked_msg'] },
    after: ['other: x'],
  },
  p11: {
    before: ["filter.fluxcd.io/main: 'glob:*'"],
    update: { add: { 'tag.main': 'glob:*' } },
    after: ["filter.fluxcd.io/main: 'glob:*'"],
  },
  p12: { before: [], update: { add: { tag_all: 'semver:*' } }, after: ['fluxcd.io/tag.main: semver:*'] },
  p13: { before: ['fluxcd.io/tag.main: x'], update: { add: { tag_all: 'glob:*' } }, after: [] },
};

function file(name: string, annotations: readonly string[]): string {
  const lines = annotations.map((line) => (line === '' ? '\n' : `\n    ${line}`)).join('');
  return oneDeployment(
    name,
    'quay.io/acme/app:1',
    annotations.length === 0 ? '' : `\n  annotations:${lines}`,
  );
}

it('[manifests P1] [manifests P2] [manifests P3] [manifests P4] [manifests P5] [manifests P6] [manifests P7] [manifests P8] [manifests P11] [manifests P12] [manifests P13] all in one update, and one commit', async () => {
  const id = (name: string) => `default:deployment/${name}`;
  const filesOf = (when: 'before' | 'after') =>
    Object.fromEntries(Object.entries(cases).map(([name, one]) => [`${name}.yaml`, file(name, one[when])]));
  await using world = await createReleaseWorld({ files: filesOf('before') });
  const head = await world.git.remote.head();
  const spec = Object.fromEntries(Object.entries(cases).map(([name, { update }]) => [id(name), update]));
  const { Err, Result } = await world.update('policy', spec);
  expect(Err).toBe('');
  expect(await world.git.remote.files()).toEqual(filesOf('after'));
  expect(await world.git.remote.git('rev-list', '--count', `${head}..master`)).toBe('1\n');
  const unchanged = Object.entries(Result.result ?? {}).filter(([, { Status }]) => Status !== 'success');
  expect(unchanged.map(([workload]) => workload)).toEqual(['p11', 'p2', 'p5', 'p7'].map(id));
  const message = await world.git.remote.git('log', '-1', '--format=%B');
  expect(message).toContain(`- Deautomated: ${id('p4')}, ${id('p6')}\n- Locked: ${id('p4')}\n`);
});
