import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MockDaemon, startMockDaemon } from './support/mock-daemon.ts';
import { closeWithoutAnswer, podPort, refuseConnection } from './support/pod-port.ts';
import { hint, runFluxctl } from './support/run-fluxctl.ts';

const heading = 'WORKLOAD  CONTAINER  IMAGE  RELEASE  POLICY\n';
const found = (stderr = '') => ({ stdout: heading, stderr, code: 0 });

const refused = (text: string) => ({
  stdout: '',
  stderr: `Error: ${text}\n${hint('list-workloads')}`,
  code: 1,
});
const noPod = (namespace: string, labels = 'app=flux') =>
  `No pod found in namespace "${namespace}" using the following selectors:
  ${labels}
  name in (flux,fluxd,weave-flux-agent)

Make sure Flux is running in namespace "${namespace}".
If Flux is running in another different namespace, please supply it to --k8s-fwd-ns.`;

describe('without --url', () => {
  let api: KubeApi;
  let daemon: MockDaemon;
  let dir: string;
  let kubeconfig: string;

  beforeEach(async () => {
    api = await startKubeApi();
    daemon = await startMockDaemon({ 'GET /v6/services': [{ json: null }] });
    dir = await mkdtemp(join(tmpdir(), 'fluxctl-connect-'));
    kubeconfig = join(dir, 'config');
    await writeFile(kubeconfig, api.kubeconfig);
  });
  afterEach(async () => {
    await Promise.all([api.stop(), daemon[Symbol.asyncDispose](), rm(dir, { recursive: true })]);
  });

  const list = (flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
    runFluxctl(['list-workloads', '-a', ...flags], { env: { KUBECONFIG: kubeconfig, ...env } });

  function addPod(
    name: string,
    labels: Readonly<Record<string, string>>,
    { namespace = 'default', phase = 'Running' } = {},
  ): void {
    const client = api.client('test');
    if (!client.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) {
      client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    }
    const pod = client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { ...labels } },
      spec: { containers: [{ name: 'flux', image: 'flux' }] },
    });
    client.updateStatus({ ...pod, status: { phase } });
  }

  it('[cli 3] tells which selectors found no pod', async () => {
    addPod('done', { app: 'flux' }, { phase: 'Succeeded' });
    addPod('other', { app: 'other' });
    expect(await list(['--k8s-fwd-ns=default'])).toEqual(refused(noPod('default')));
  });

  it('[cli 4] does not choose between two pods, nor tries the second selector', async () => {
    addPod('one', { app: 'flux' });
    addPod('two', { app: 'flux' });
    addPod('three', { name: 'fluxd' });
    expect(await list()).toEqual(
      refused(
        'Could not create a dialer: Could not get pod name: Ambiguous pod: found more than one pod for selector: labels "app=flux"',
      ),
    );
    expect(api.requests.count({ resource: 'pods', verb: 'list' })).toBe(1);
  });

  it('[cli 5] forwards a port to the one pod, and asks the daemon in it', async () => {
    addPod('fluxd-1', { name: 'fluxd' });
    const port = podPort(daemon.port);
    api.serveSubresource('pods/portforward', port);
    expect(await list()).toEqual(found());
    expect(port.connected).toEqual(['default/fluxd-1 3030']);
    expect(daemon.asked('/v6/services')).toHaveLength(1);
    const [lookup] = api.requests.all({ resource: 'pods', verb: 'list' });
    const query = new URL(lookup?.url ?? '', 'http://api').searchParams;
    expect(Object.fromEntries(query)).toEqual({
      fieldSelector: 'status.phase=Running',
      labelSelector: 'app=flux',
    });
  });

  it('sends a token through the forwarded port, where v1 went to a service that is no more', async () => {
    addPod('flux-1', { app: 'flux' });
    api.serveSubresource('pods/portforward', podPort(daemon.port));
    expect(await list(['--token=t'])).toEqual(found());
    expect(daemon.requests[0]?.headers.authorization).toBe('Scope-Probe token=t');
  });

  it('looks for the labels and in the namespace that it is told', async () => {
    addPod('mine', { team: 'a', app: 'cd' }, { namespace: 'here' });
    api.serveSubresource('pods/portforward', podPort(daemon.port));
    const flags = ['--k8s-fwd-ns=here', '--k8s-fwd-labels=team=a,app=cd'];
    expect(await list(flags)).toEqual(found());
    const env = { FLUX_FORWARD_NAMESPACE: 'here', FLUX_FORWARD_LABELS: 'team=b' };
    expect(await list([], env)).toEqual(refused(noPod('here', 'team=b')));
    expect(api.requests.all({ resource: 'pods', verb: 'list' })[0]?.url).toContain(
      encodeURIComponent('app=cd,team=a'),
    );
  });

  describe('searches the cluster when nobody says where the daemon is', () => {
    it('and takes the only one', async () => {
      addPod('flux-1', { name: 'flux' }, { namespace: 'cd' });
      api.serveSubresource('pods/portforward', podPort(daemon.port));
      const line = 'Using the daemon in namespace "cd" (pod flux-1); --k8s-fwd-ns=cd finds it at once.\n';
      expect(await list()).toEqual(found(line));
    });

    it('but does not choose between two', async () => {
      addPod('flux-1', { name: 'flux' }, { namespace: 'cd' });
      addPod('flux-2', { name: 'flux' }, { namespace: 'ab' });
      const { stderr, ...run } = await list();
      expect(run).toEqual({ stdout: '', code: 1 });
      const line = 'There is more than one daemon in the cluster; namespaces: ab, cd\n';
      expect(stderr).toBe(line + refused(noPod('default')).stderr);
    });

    it('and tells what v1 tells when it may not look', async () => {
      addPod('flux-1', { name: 'flux' }, { namespace: 'cd' });
      api.deny((request) => request.resource === 'pods' && request.namespace === undefined);
      expect(await list()).toEqual(refused(noPod('default')));
    });

    it('and tells what v1 tells when there is none', async () => {
      expect(await list()).toEqual(refused(noPod('default')));
    });
  });

  it('tells why pods cannot be listed', async () => {
    api.deny({ resource: 'pods' });
    expect(await list()).toEqual(
      refused(
        'Could not create a dialer: Could not get pod name: Listing pods in kubernetes: pods is forbidden: User "admin" cannot list resource "pods" in API group "" in the namespace "default"',
      ),
    );
  });

  it('tells that the API server is away', async () => {
    await api.goAway();
    const { stderr, code } = await list();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error: Could not create a dialer: Could not get pod name: Listing pods in kubernetes: Get "https:.*": connect ECONNREFUSED/,
    );
  });

  it('tells that the port-forward is forbidden', async () => {
    addPod('flux-1', { app: 'flux' });
    api.deny({ resource: 'pods', subresource: 'portforward' });
    expect(await list()).toEqual(refused('Could not port forward into pod: Unexpected server response: 403'));
  });

  it('tells that nothing listens in the pod', async () => {
    addPod('flux-1', { app: 'flux' });
    api.serveSubresource('pods/portforward', podPort(0, refuseConnection));
    expect(await list()).toEqual(
      refused('Could not port forward into pod: error forwarding port 3030 to pod x: connection refused'),
    );
  });

  it('does not hang when the way to the pod closes before the answer', async () => {
    addPod('flux-1', { app: 'flux' });
    api.serveSubresource('pods/portforward', podPort(0, closeWithoutAnswer));
    const { stderr, code } = await list();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error: executing HTTP request: executing HTTP request: Get "http:\/\/127\.0\.0\.1:\d+\/api\/flux\/v6\/services\?namespace=": socket hang up\n/,
    );
  });

  describe('reads the kubeconfig as kubectl does:', () => {
    const wrong = 'Could not load kubernetes configuration file: ';

    it('several files, the first to name a thing wins', async () => {
      addPod('flux-1', { app: 'flux' });
      api.serveSubresource('pods/portforward', podPort(daemon.port));
      const first = join(dir, 'first');
      const server = 'https://127.0.0.1:1';
      await writeFile(
        first,
        JSON.stringify({
          contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'nobody' } }],
          clusters: [{ name: 'dead', cluster: { server } }],
        }),
      );
      const env = { KUBECONFIG: [join(dir, 'missing'), first, kubeconfig, kubeconfig].join(':') };
      expect(await list([], env)).toEqual(found());
      expect((await list(['--context=dead'], env)).stderr).toContain('ECONNREFUSED');
    });

    it('an exec plugin gives the credentials', async () => {
      addPod('flux-1', { app: 'flux' });
      api.serveSubresource('pods/portforward', podPort(daemon.port));
      const credential = {
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        status: { token: api.token },
      };
      const plugin = join(dir, 'plugin.mjs');
      await writeFile(plugin, `process.stdout.write(${JSON.stringify(JSON.stringify(credential))})`);
      const exec = {
        apiVersion: credential.apiVersion,
        command: process.execPath,
        args: [plugin],
        interactiveMode: 'Never',
      };
      const config = JSON.parse(api.kubeconfig);
      config.users[0].user = { exec };
      await writeFile(kubeconfig, JSON.stringify(config));
      expect(await list()).toEqual(found());
      config.users[0].user = { exec: { ...exec, command: 'no-such-plugin' } };
      await writeFile(kubeconfig, JSON.stringify(config));
      expect((await list()).stderr).toContain('Listing pods in kubernetes: getting credentials: ');
    });

    it('no such context', async () => {
      expect(await list(['--context=none'])).toEqual(refused(`${wrong}context "none" does not exist`));
    });

    it('no kubeconfig, and not inside a cluster', async () => {
      expect(await list([], { KUBECONFIG: join(dir, 'missing') })).toEqual(
        refused(
          `${wrong}invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable`,
        ),
      );
    });

    it('a file that is no YAML', async () => {
      await writeFile(kubeconfig, 'a: [');
      const { stderr } = await list();
      expect(stderr).toMatch(new RegExp(`^Error: ${wrong}error loading config file "${kubeconfig}": `));
    });
  });
});
