import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createReleaseWorld, type ReleaseWorld } from './release-world.ts';

const app = 'quay.io/acme/app';
const side = 'quay.io/acme/side';
const id = 'default:deployment/app';

function deployment(main: string, annotations = ''): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app${annotations}
spec:
  template:
    spec:
      containers:
        - { name: main, image: '${main}' } # the first
        - name: side
          image: ${side}:1
`;
}

const wish = (Container: string, Current: string | undefined, Target: string) => ({
  Container,
  ...(Current === undefined ? {} : { Current }),
  Target,
});
const containers = (wishes: readonly object[], more: object = {}) => ({
  Kind: 'execute',
  ContainerSpecs: { [id]: wishes },
  SkipMismatches: false,
  Force: false,
  ...more,
});

describe('a release of exactly these images', () => {
  let world: ReleaseWorld;
  beforeAll(async () => {
    world = await createReleaseWorld({ files: { 'app.yaml': deployment(`${app}:1`) } });
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    world.images = { [app]: { '1': '2022-01-01', '2': '2022-02-01', '3': '2022-03-01' } };
    await apply(deployment(`${app}:1`), 'begin');
  });

  async function apply(text: string, message: string): Promise<void> {
    await world.git.remote.commit({ 'app.yaml': text }, { message });
    await world.update('sync', {});
    await world.synced();
  }
  const read = () => world.git.remote.read('app.yaml');

  it('writes them, with a message that lists them', async () => {
    const spec = containers([wish('main', `${app}:1`, `${app}:3`), wish('side', undefined, `${side}:2`)]);
    const { Err, Result } = await world.update('containers', spec);
    expect(Err).toBe('');
    expect(Result.spec?.spec).toEqual(spec);
    expect(await read()).toBe(deployment(`${app}:3`).replace(`${side}:1`, `${side}:2`));
    expect(await world.git.remote.git('log', '-1', '--format=%B')).toBe(
      `Update image refs in ${id}\n\n${id}\n- ${app}:3\n- ${side}:2\n\n`,
    );
  });

  it('[manifests C16] passes over mismatches where that is wanted', async () => {
    const wishes = [wish('main', `${app}:0`, `${app}:2`), wish('side', `${side}:1`, `${side}:2`)];
    const { Result } = await world.update('containers', containers(wishes, { SkipMismatches: true }));
    expect(Result.result?.[id]).toMatchObject({
      Status: 'success',
      Error: 'container(s) tag mismatch: main',
    });
    expect(await read()).toBe(deployment(`${app}:1`).replace(`${side}:1`, `${side}:2`));
  });

  it.each([
    {
      n: '[api 23] [manifests C17]',
      wishes: [wish('main', `${app}:0`, `${app}:2`), wish('side', `${side}:1`, `${side}:2`)],
      err: 'cannot satisfy specs',
      result: { Status: 'failed', Error: 'container(s) tag mismatch: main' },
    },
    {
      n: '[manifests C18]',
      wishes: [wish('main', `${app}:1`, `${app}:1`)],
      err: 'no changes found',
      result: { Status: 'skipped', Error: 'image(s) up to date' },
    },
  ])('$n fails with $err, and the result says why', async ({ wishes, err, result }) => {
    const head = await world.git.remote.head();
    const { StatusString, Err, Result } = await world.update('containers', containers(wishes));
    expect({ StatusString, Err }).toEqual({ StatusString: 'failed', Err: err });
    expect(Result.result?.[id]).toMatchObject(result);
    expect(await world.git.remote.head()).toBe(head);
  });

  it('[api 24] refuses an image that is none, at once', async () => {
    const body = JSON.stringify({ type: 'containers', spec: containers([wish('main', '', `${app}:2`)]) });
    const answer = await world.ask('/v9/update-manifests', { method: 'POST', body });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ type: 'user', error: expect.stringContaining('invalid image ID') });
  });

  it('holds a tag in the same commit, behind those that are held', async () => {
    const held = "\n  annotations:\n    fluxcd.io/hold.main: '0'";
    await apply(deployment(`${app}:3`, held), 'a bad release');
    const spec = containers([wish('main', `${app}:3`, `${app}:2`)], { Holds: { [id]: { main: '3' } } });
    const { Err, Result } = await world.update('containers', spec);
    expect(Err).toBe('');
    expect(Result.spec?.spec).toEqual(spec);
    expect(await read()).toBe(deployment(`${app}:2`, held.replace("'0'", "'0,3'")));
  });

  it.each([
    { Holds: { 'default:deployment/other': { main: '3' } }, error: 'which "ContainerSpecs" does not' },
    { Holds: { [id]: { main: '3,4' } }, error: '"Holds" must give a tag for each container, not "3,4"' },
  ])('refuses to hold $Holds', async ({ Holds, error }) => {
    const spec = containers([wish('main', undefined, `${app}:2`)], { Holds });
    await expect(world.post('/v9/update-manifests', { type: 'containers', spec })).rejects.toThrow(
      JSON.stringify(error).slice(1, -1),
    );
  });

  describe('that carries out a plan', () => {
    const planned = [wish('main', `${app}:1`, `${app}:2`), wish('side', `${side}:1`, `${side}:2`)];
    const carryOut = async (Revision: string, wishes = planned) =>
      world.update('containers', containers(wishes, { Plan: { ID: 'abc', Revision } }));

    it('does exactly that, whatever else was committed since', async () => {
      const Revision = await world.git.remote.head();
      await world.git.remote.commit({ 'other.yaml': '# not about it\n' });
      const { Err, Result } = await carryOut(Revision);
      expect(Err).toBe('');
      expect(Result.spec?.spec).toMatchObject({ Plan: { ID: 'abc', Revision } });
      expect(await read()).toBe(deployment(`${app}:2`).replace(`${side}:1`, `${side}:2`));
    });

    it('says what git has instead, and which commits brought it', async () => {
      const Revision = await world.git.remote.head();
      const theirs = await world.git.remote.commit(
        { 'app.yaml': deployment(`${app}:3`) },
        { message: 'Try 3' },
      );
      await world.git.remote.commit({ 'other.yaml': '# not about it\n' }, { message: 'Other things' });
      const head = await world.git.remote.head();
      const { StatusString, Err } = await carryOut(Revision);
      expect(StatusString).toBe('failed');
      const [first, ...lines] = Err.split('\n');
      expect(first).toBe(
        `the plan cannot be carried out: things have changed since it was made at ${Revision.slice(0, 7)}`,
      );
      expect(lines.slice(0, 2)).toEqual([
        `  ${id}: container main has ${app}:3 in git, where ${app}:1 was expected`,
        `  ${id}: commit ${theirs.slice(0, 7)} Try 3`,
      ]);
      expect(Err).not.toContain('Other things');
      expect(await world.git.remote.head()).toBe(head);
    });

    it('says what the cluster runs instead', async () => {
      const Revision = await world.git.remote.head();
      const { Err } = await carryOut(Revision, [wish('main', `${app}:0`, `${app}:2`), ...planned.slice(1)]);
      expect(Err).toContain(`${id}: container main runs ${app}:1, where ${app}:0 was expected`);
    });

    it.each([
      {
        what: 'an image that is gone',
        before: async () => {
          world.images = { [app]: { '1': '2022-01-01' } };
        },
        says: `${id}: ${app}:2 is no longer in its registry`,
      },
      {
        what: 'a lock',
        before: () => apply(deployment(`${app}:1`, "\n  annotations: { fluxcd.io/locked: 'true' }"), 'lock'),
        says: `${id}: locked`,
      },
      {
        what: 'a workload that is gone',
        before: () => apply('', 'remove it'),
        says: `${id}: git does not define its container main`,
      },
      {
        what: 'a part that is done already',
        before: () => apply(deployment(`${app}:1`).replace(`${side}:1`, `${side}:2`), 'half of it'),
        says: `${id}: container side has ${side}:2 in git, where ${side}:1 was expected`,
      },
    ])('does nothing when something has changed: $what', async ({ before, says }) => {
      const Revision = await world.git.remote.head();
      await before();
      const head = await world.git.remote.head();
      const { StatusString, Err } = await carryOut(Revision);
      expect(StatusString).toBe('failed');
      expect(Err).toContain(`\n  ${says}`);
      expect(await world.git.remote.head()).toBe(head);
    });

    it('does nothing when the commit is gone for which it was made', async () => {
      const { Err } = await carryOut('0123456789012345678901234567890123456789');
      expect(Err).toContain('that commit is no longer in the repository');
    });

    it('without a commit, compares with the images that the plan found', async () => {
      await world.git.remote.commit({ 'app.yaml': deployment(`${app}:3`) });
      const { Err } = await carryOut('');
      expect(Err).toContain(`container main has ${app}:3 in git, where ${app}:1 was expected`);
    });
  });
});
