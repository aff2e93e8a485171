import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleasePlan } from '@fluxctl/shared/api/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { job, revision } from './support/answers.ts';
import { type MockDaemon, startMockDaemon } from './support/mock-daemon.ts';
import {
  hello,
  helloResult,
  helloUpdates,
  mixedResult,
  planned,
  released,
  releaseScript,
} from './support/release-answers.ts';
import { hint, type Run, type RunOptions, runFluxctl } from './support/run-fluxctl.ts';

const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxctl-plan-'));
});
afterEach(() => rm(folder, { recursive: true }));

const plan = (daemon: MockDaemon, ...args: string[]): Promise<Run> =>
  runFluxctl([
    'release',
    '--all',
    '--update-all-images',
    '--dry-run',
    '-o',
    'json',
    ...args,
    '--url',
    daemon.url,
  ]);

/** The plan of a daemon at `revision` that finds this. */
async function madePlan(result = mixedResult, ...args: string[]): Promise<string> {
  await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [planned(result, revision)] }));
  const { stdout, code } = await plan(daemon, '--user=Ann', '--message=why', ...args);
  expect(code).toBe(0);
  return stdout;
}

/** Carries out what is in `plan.json`. */
async function carryOut(text: string, args: readonly string[] = [], options: RunOptions = {}) {
  await writeFile(join(folder, 'plan.json'), text);
  await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [released(helloResult)] }));
  const words = ['release', '--plan=plan.json', ...args, '--url', daemon.url];
  const run = await runFluxctl(words, { cwd: folder, ...options });
  return { run, specs: daemon.asked('/v9/update-manifests').map(({ body }) => JSON.parse(body)) };
}

describe('release --dry-run -o json', () => {
  it('prints a plan', async () => {
    const made = JSON.parse(await madePlan()) as ReleasePlan;
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      revision,
      cause: { Message: 'why', User: 'Ann' },
      force: false,
      updates: { [hello]: helloUpdates },
      result: mixedResult,
    });
    expect(Object.keys(made)).toEqual(['id', 'revision', 'cause', 'force', 'updates', 'result']);
    expect(Object.keys(made.result)).toEqual(Object.keys(mixedResult).sort());
  });

  it('prints the same text for the same plan, whatever the order in which the daemon tells it', async () => {
    const backwards = Object.fromEntries(Object.entries(mixedResult).reverse());
    expect(await madePlan(backwards)).toBe(await madePlan());
  });

  it('gives another id to what does something else', async () => {
    const id = async (...given: Parameters<typeof madePlan>) => JSON.parse(await madePlan(...given)).id;
    const one = await id();
    const { 'default:deployment/bad': _, ...others } = mixedResult;
    expect(await id(others)).toBe(one);
    const [first] = helloUpdates;
    expect(await id({ [hello]: { Status: 'success', PerContainer: [first] } })).not.toBe(one);
    expect(await id(mixedResult, '--message=else')).not.toBe(one);
  });

  it('does without the commit where a daemon of Flux v1 does not tell it', async () => {
    await using daemon = await startMockDaemon(releaseScript({ 'GET /v6/jobs': [planned(helloResult)] }));
    expect(JSON.parse((await plan(daemon)).stdout)).toMatchObject({ revision: '' });
  });
});

describe('release --plan', () => {
  it('carries out exactly the plan', async () => {
    const text = await madePlan();
    const { id } = JSON.parse(text);
    const { run, specs } = await carryOut(text);
    expect(specs).toEqual([
      {
        type: 'containers',
        cause: { Message: 'why', User: 'Ann' },
        spec: {
          Kind: 'execute',
          ContainerSpecs: { [hello]: helloUpdates },
          SkipMismatches: false,
          Force: false,
          Plan: { ID: id, Revision: revision },
        },
      },
    ]);
    expect(run).toEqual({
      stdout: lines(
        'WORKLOAD                       STATUS   UPDATES',
        'default:deployment/helloworld  success  helloworld: quay.io/weaveworks/helloworld:master-a000001 -> master-9a16ff945b9e',
        '                                        sidecar: quay.io/weaveworks/sidecar:master-a000001 -> master-a000002',
      ),
      stderr: lines(
        `Submitting plan ${id.slice(0, 12)} ...`,
        'Commit pushed:\t33ce4e3',
        'Commit applied:\t33ce4e3',
      ),
      code: 0,
    });
  });

  it('is said by whom and why by flags, if they are given', async () => {
    const { specs } = await carryOut(await madePlan(), ['--user=', '--message=else', '--force']);
    expect(specs).toMatchObject([{ cause: { Message: 'else', User: '' }, spec: { Force: true } }]);
  });

  it('keeps the force of a forced plan', async () => {
    const made = JSON.parse(await madePlan());
    expect(made.force).toBe(false);
    await using daemon = await startMockDaemon(
      releaseScript({ 'GET /v6/jobs': [planned(helloResult, revision)] }),
    );
    const args = ['release', `--workload=${hello}`, '-i', 'a:1', '--force', '--dry-run', '-o', 'json'];
    const { stdout } = await runFluxctl([...args, '--url', daemon.url]);
    expect((await carryOut(stdout)).specs).toMatchObject([{ spec: { Force: true } }]);
    expect((await carryOut(stdout, ['--force=false'])).specs).toMatchObject([{ spec: { Force: false } }]);
  });

  it('reads it from stdin', async () => {
    const { run, specs } = await carryOut('', ['--plan=-'], { input: await madePlan() });
    expect(run.code).toBe(0);
    expect(specs).toMatchObject([{ spec: { ContainerSpecs: { [hello]: helloUpdates } } }]);
  });

  it('says what moved, in the words of the daemon', async () => {
    const other = 'a:deployment/b';
    const Err = `the plan cannot be carried out: things have changed\n  ${other}: not in git`;
    const result = {
      [hello]: { Status: 'failed', Error: 'container(s) tag mismatch: sidecar', PerContainer: null },
      [other]: { Status: 'skipped', Error: 'not in git', PerContainer: null },
    };
    await writeFile(join(folder, 'plan.json'), await madePlan());
    await using daemon = await startMockDaemon(
      releaseScript({
        'GET /v6/jobs': [
          job({ StatusString: 'failed', Err, Result: { result: result as typeof helloResult } }),
        ],
      }),
    );
    const run = await runFluxctl(['release', '--plan=plan.json', '--url', daemon.url], { cwd: folder });
    const [, ...told] = run.stderr.split(/(?<=\n)/);
    expect(told.join('')).toBe(
      lines(
        'WORKLOAD                       STATUS   UPDATES',
        'default:deployment/helloworld  failed   container(s) tag mismatch: sidecar',
        `Error: ${Err}`,
      ) + hint('release'),
    );
    expect(run.code).toBe(1);
  });

  it('has nothing to do when nothing is in it', async () => {
    const { run, specs } = await carryOut(await madePlan({}));
    expect(run).toEqual({ stdout: '', stderr: 'plan.json has no updates: nothing to do\n', code: 0 });
    expect(specs).toEqual([]);
  });

  it('takes no other choice beside it', async () => {
    const { run, specs } = await carryOut('', ['--all', '-i', 'a:1', '--exclude=b', '-v', '--watch']);
    expect(run.stderr).toBe(
      'Error: --plan says by itself what is released; leave out --all, --update-image, --exclude\n' +
        hint('release'),
    );
    expect(specs).toEqual([]);
  });
});

describe('a file that is no plan', () => {
  it('is told by its name, and with what is wrong', async () => {
    const { run, specs } = await carryOut((await madePlan()).slice(0, 300));
    expect(run.stderr.split('\n')).toEqual([
      'Make a plan with: fluxctl release … --dry-run -o json >plan.json',
      expect.stringMatching(/^Error: plan\.json is no plan: it cannot be read as JSON: \S/),
      hint('release').trimEnd(),
      '',
    ]);
    expect([run.code, specs]).toEqual([1, []]);
  });

  it('was changed by hand: which id it should have is told', async () => {
    const text = await madePlan();
    const edited = text.replace('master-a000002"\n', 'master-a000003"\n');
    const { run, specs } = await carryOut(edited);
    const found = /its id is ([0-9a-f]{64}), what is in it has the id ([0-9a-f]{64})\n/.exec(run.stderr);
    expect(found?.[1]).toBe(JSON.parse(text).id);
    expect(run.stderr).toMatch(/^Make a new plan, or, .*\nError: plan\.json was changed after it was made: /);
    expect([run.code, specs]).toEqual([1, []]);

    const meant = await carryOut(edited.replace(found?.[1] ?? '', found?.[2] ?? ''));
    expect(meant.run.code).toBe(0);
  });

  it('is not there', async () => {
    const run = await runFluxctl(['release', '--plan=no.json']);
    expect(run.stderr).toBe(
      `Error: cannot read the plan: ENOENT: no such file or directory, open 'no.json'\n${hint('release')}`,
    );
  });
});
