// A world with one process in it, in a process of its own: tells on stdout what must be gone after its end.
import { fileURLToPath } from 'node:url';
import { stopOnSignals } from '../../src/stop-on-signals.ts';
import { createWorld } from '../../src/world.ts';

const world = await createWorld({ daemon: fileURLToPath(new URL('./tiny-daemon.mjs', import.meta.url)) });
stopOnSignals(() => world.stop());
world.api.client('test').create({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'flux', namespace: 'default' },
  spec: { containers: [{ name: 'flux', image: 'fluxcd/flux:1' }] },
});
const pod = { namespace: 'default', name: 'flux' };
await world.waitForLog(pod, /addr=/);
console.log(JSON.stringify({ folder: world.folder, pid: world.node.pid(pod) }));
if (process.argv[2] === 'crash') throw new Error('as if by mistake');
