import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMockDaemon } from './support/mock-daemon.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const exporting = (yaml: string) =>
  startMockDaemon({ 'GET /v6/export': [{ json: Buffer.from(yaml).toString('base64') }] });

const three = `apiVersion: v1
kind: Namespace
metadata: {name: demo, uid: "1", annotations: {kubernetes.io/change-cause: x}}
spec: {finalizers: [kubernetes]}
status: {phase: Active}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  namespace: demo
  labels: {b: "yes", a: "1"}
  annotations: {deployment.kubernetes.io/revision: "3", mine: "true"}
spec:
  template:
    metadata: {creationTimestamp: null, labels: {app: podinfo}}
    spec: {containers: [{name: c, image: x}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ss, namespace: demo2}
spec: {replicas: 3}
`;

const deploymentText = `---
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    mine: 'true'
  labels:
    a: '1'
    b: 'yes'
  name: podinfo
  namespace: demo
spec:
  template:
    metadata:
      labels:
        app: podinfo
    spec:
      containers:
      - image: x
        name: c
`;

describe('save', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fluxctl-save-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('[cli 41] writes a file per object', async () => {
    await using daemon = await exporting(three);
    const run = await runFluxctl(['save', '-o', `${dir}//`, '--url', daemon.url]);
    expect(run).toEqual({
      stdout: [
        `Saving Namespace 'demo' to ${dir}/demo-ns.yaml\n`,
        `Saving Deployment 'podinfo' to ${dir}/demo/podinfo-dep.yaml\n`,
        `Saving StatefulSet 'ss' to ${dir}/demo2/ss-StatefulSet.yaml\n`,
      ].join(''),
      stderr: '',
      code: 0,
    });
    expect(await readFile(join(dir, 'demo-ns.yaml'), 'utf8')).toBe(
      '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: demo\nspec:\n  finalizers:\n  - kubernetes\n',
    );
    expect(await readFile(join(dir, 'demo/podinfo-dep.yaml'), 'utf8')).toBe(deploymentText);
  });

  it('[cli 42] leaves out what is empty in the cluster, but not what becomes so', async () => {
    await using daemon = await exporting(`apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: b}
spec: {env: [], resources: {}, a: null, s: "", m: {n: {}}, l: [{}, null, {x: null}], zero: 0, no: false, big: 12345678901234567890}
`);
    const run = await runFluxctl(['save', '--url', daemon.url]);
    expect(run).toEqual({
      stdout: `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: a
  namespace: b
spec:
  big: 12345678901234567890
  l:
  - {}
  - null
  - {}
  m: {}
  'no': false
  s: ''
  zero: 0
`,
      stderr: '',
      code: 0,
    });
  });

  it('tells a broken stream of YAML, where v1 ends without a word', async () => {
    await using daemon = await exporting(`${three}---\na: [`);
    const run = await runFluxctl(['save', '-o', dir, '--url', daemon.url]);
    expect({ ...run, stderr: '' }).toEqual({ stdout: '', stderr: '', code: 1 });
    expect(run.stderr).toMatch(/^Error: exporting config: what the daemon sent is no YAML: /);
  });

  it.each([
    ['nowhere', 'stat nowhere: no such file or directory'],
    ['file', 'path file is not a directory'],
  ])('refuses to save into "%s"', async (out, text) => {
    await writeFile(join(dir, 'file'), '');
    await using daemon = await exporting(three);
    const run = await runFluxctl(['save', '--out', out, '--url', daemon.url], { cwd: dir });
    expect(run).toEqual({ stdout: '', stderr: `Error: ${text}\n${hint('save')}`, code: 1 });
    expect(daemon.asked('/v6/export')).toHaveLength(1);
  });

  it('does not let a name lead out of the directory', async () => {
    await using daemon = await exporting('{kind: Job, metadata: {name: ../../x, namespace: ..}}');
    const run = await runFluxctl(['save', '-o', dir, '--url', daemon.url]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('its name leads out of');
  });

  it('tells that the export failed, and prints nothing when there is nothing', async () => {
    await using failing = await startMockDaemon({
      'GET /v6/export': [{ status: 500, type: 'text/plain', body: 'boom' }],
    });
    const run = await runFluxctl(['save', '--url', failing.url]);
    expect(run.stderr).toBe(
      `Error: exporting config: executing HTTP request: 500 Internal Server Error boom\n${hint('save')}`,
    );
    await using empty = await startMockDaemon({ 'GET /v6/export': [{ json: null }] });
    expect(await runFluxctl(['save', '--url', empty.url])).toEqual({ stdout: '', stderr: '', code: 0 });
  });
});
