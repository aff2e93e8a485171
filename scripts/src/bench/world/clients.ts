import { Agent, get } from 'node:http';
import type { ClientsAnswer, ClientsQuestion } from './clients-messages.ts';

// Asks an address again and again, by several clients at once that each wait for their answer.

const tell = (answer: ClientsAnswer): void => void process.send?.(answer);
process.once('message', async ({ url, clients, answers }: ClientsQuestion) => {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  let bytes = 0;
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      get(url, { agent, headers: { accept: 'application/json' } }, (answer) => {
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        answer.on('error', reject).on('end', () => {
          times.push(performance.now() - start);
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`${url}: ${answer.statusCode}`));
        });
      }).on('error', reject);
    });
  let left = answers;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await ask();
    }
  };
  const start = performance.now();
  try {
    await Promise.all(Array.from({ length: clients }, client));
    tell({ ms: performance.now() - start, times, bytes: bytes / times.length });
  } catch (error) {
    tell({ error: String(error) });
  }
  agent.destroy();
  process.disconnect();
});
