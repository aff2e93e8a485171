import { Agent, get } from 'node:http';
import type { BareAnswer, BareQuestion, SeenRequest } from './messages.ts';

// Makes the requests that were seen, and does nothing with the answers: `bare-process.ts HOST AT_ONCE`.
const [host = '', atOnce = '1'] = process.argv.slice(2);
const accept =
  'application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, */*';
const agent = new Agent({ keepAlive: true, maxSockets: Number(atOnce) });
const etags = new Map<string, string>();

function ask({ url, conditional }: SeenRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    const etag = conditional ? etags.get(url) : undefined;
    const headers = { accept, ...(etag !== undefined && { 'if-none-match': etag }) };
    get(`http://${host}${url}`, { agent, headers }, (answer) => {
      if (answer.headers.etag !== undefined) etags.set(url, answer.headers.etag);
      answer.on('end', resolve).on('error', reject).resume();
    }).on('error', reject);
  });
}

const tell = (answer: BareAnswer): void => void process.send?.(answer);
process.on('message', async ({ requests }: BareQuestion) => {
  const rest = requests[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const request of rest) await ask(request);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: Number(atOnce) }, work));
  tell({ type: 'replayed', ms: performance.now() - start });
});
process.once('disconnect', () => process.exit());
tell({ type: 'ready' });
