import type { World } from '@fluxctl/sandbox/world';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { loadAll } from 'js-yaml';
import { runFluxctl } from './run-fluxctl.ts';

/** Installs our daemon in the sandbox as a user does, in the namespace `flux`, and waits for its pod. */
export async function installFluxd(world: World): Promise<void> {
  const client = world.api.client('kubectl');
  client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux' } });
  const { stdout } = await runFluxctl([
    'install',
    `--git-url=${world.gitUrl}`,
    '--git-email=sam@example.com',
    '--git-path=namespaces,workloads',
    '--namespace=flux',
  ]);
  for (const object of loadAll(stdout)) client.create(object as JsonObject);
  await world.waitForPod('flux', 'name=flux');
}
