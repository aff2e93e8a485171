// Stands for the daemon where only the node is tested: it logs its address as the daemon does, and shows
// what it was given. Runs as it is, in a process of its own.
import { resolveSrv } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

let healthy = true;
const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  switch (url.pathname) {
    case '/health':
      response.statusCode = healthy ? 200 : 500;
      return response.end();
    case '/fall-ill':
      healthy = false;
      return response.end();
    case '/crash':
      return process.exit(3);
    case '/given':
      return response.end(JSON.stringify({ args: process.argv.slice(2), env: process.env }));
    case '/read':
      try {
        return response.end(readFileSync(process.env.FLUXD_MOUNT_ROOT + url.searchParams.get('path')));
      } catch {
        response.statusCode = 404;
        return response.end();
      }
    case '/reach':
      // What it sees of other pods: their answer, or why there is none.
      return fetch(url.searchParams.get('url')).then(
        async (answer) => response.end(await answer.text()),
        ({ cause }) => response.end(cause.message),
      );
    case '/srv':
      return resolveSrv(url.searchParams.get('name')).then(
        (records) => response.end(records.map(({ name, port }) => `${name}:${port}`).join()),
        ({ message }) => response.end(message),
      );
    default:
      return response.end(`${request.method} ${url.pathname}`);
  }
});
server.listen(0, '127.0.0.1', () => {
  console.error(`ts=now caller=tiny version=0 addr=127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', () => {
  console.error('ts=now caller=tiny exiting=terminated');
  if (!process.argv.includes('--stubborn')) process.exit(0);
});
