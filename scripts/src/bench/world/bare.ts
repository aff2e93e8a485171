import type { BareAnswer, BareQuestion } from './bare-messages.ts';
import { createKube, type KubeRequest } from './kube.ts';

// Sends requests as fast as so many connections take them, and does nothing with the answers.

const tell = (answer: BareAnswer): void => void process.send?.(answer);
process.once('message', async ({ access, connections, requests }: BareQuestion) => {
  const kube = createKube(access, connections);
  const rest: Iterator<KubeRequest> = requests[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = rest.next(); !next.done; next = rest.next()) await kube.send(next.value);
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    await Promise.all(Array.from({ length: connections }, work));
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    tell({ ms, cpu: (user + system) / 1_000 });
  } catch (error) {
    tell({ error: String(error) });
  }
  kube.close();
  process.disconnect();
});
