import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneDeployment } from './one-deployment.ts';
import { createReleaseWorld, type ReleaseWorld } from './release-world.ts';

const app = 'quay.io/acme/app';

const shared = `${oneDeployment('first', '&image quay.io/acme/app:1')}        - name: other
          image: *image
`;
const utf16 = Buffer.concat([
  Buffer.from([0xff, 0xfe]),
  Buffer.from(oneDeployment('wide', `${app}:1`), 'utf16le'),
]);

describe('what cannot be edited', () => {
  let world: ReleaseWorld;
  beforeAll(async () => {
    world = await createReleaseWorld({
      files: {
        'apps/plain.yaml': oneDeployment('plain', `${app}:1`),
        'apps/two.yaml': `${oneDeployment('before', `${app}:1`)}---\n# a comment\n${shared}`,
        'apps/wide.yaml': utf16,
        'apps/link.yaml': { symlink: '../elsewhere/real.yaml' },
        'elsewhere/real.yaml': oneDeployment('linked', `${app}:1`),
      },
      images: { [app]: { '1': '2022-01-01', '2': '2022-02-01' } },
      config: { paths: ['apps'] },
    });
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const id = (name: string) => `default:deployment/${name}`;
  const release = (...names: readonly string[]) =>
    world.update('containers', {
      Kind: 'execute',
      ContainerSpecs: Object.fromEntries(
        names.map((name) => [id(name), [{ Container: 'main', Target: `${app}:2` }]]),
      ),
    });

  it('[manifests 4.5] a shared value fails the job with file, line and reason, and nothing is written', async () => {
    const head = await world.git.remote.head();
    const { StatusString, Err, Result } = await release('plain', 'first');
    expect(StatusString).toBe('failed');
    expect(Err).toMatch(
      new RegExp(`^applying changes: updating resource ${id('first')} in apps/two.yaml:22: .*&image`),
    );
    expect(Result.result?.[id('plain')]?.Status).toBe('success');
    expect(await world.git.remote.head()).toBe(head);
  });

  it('a dry run finds that too', async () => {
    const spec = { ServiceSpecs: [id('wide')], ImageSpec: '<all latest>', Kind: 'plan' };
    await expect(world.post('/v9/update-manifests', { type: 'image', spec })).rejects.toThrow(
      `applying changes: updating resource ${id('wide')} in apps/wide.yaml: only files in UTF-8 can be edited`,
    );
  });

  it('edits a linked file where it is', async () => {
    const { remote } = world.git;
    expect(await release('linked')).toMatchObject({ StatusString: 'succeeded', Err: '' });
    expect(await remote.read('elsewhere/real.yaml')).toBe(oneDeployment('linked', `${app}:2`));
    expect(await remote.git('diff-tree', '--no-commit-id', '--name-only', '-r', 'master')).toBe(
      'elsewhere/real.yaml\n',
    );
  });

  it('[manifests 2.2] policies of what is no workload, or cannot be read, are told', async () => {
    await world.git.remote.commit({
      'apps/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n',
      'apps/double.yaml': oneDeployment('plain', `${app}:1`),
    });
    const lock = { add: ['locked'] };
    expect(await world.update('policy', { 'default:configmap/c': lock })).toMatchObject({
      StatusString: 'failed',
      Err: 'resource default:configmap/c does not have containers',
    });
    const { Result } = await world.update('policy', { [id('plain')]: lock });
    expect(Result.result?.[id('plain')]).toMatchObject({
      Status: 'skipped',
      Error: expect.stringMatching(/^resource default:deployment\/plain not found: duplicate definition of /),
    });
  });
});
