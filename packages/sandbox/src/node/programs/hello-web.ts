import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import type { Exit, Program } from './program.ts';

const webPort = 3000;

/** The walk-through's little web site: answers every request with the tag of its own image. */
export const helloWeb: Program = {
  async start({ image, write }) {
    const { tag } = parseImageRef(image);
    const server = createServer((request, response) => {
      write(`${request.method} ${request.url}\n`);
      response.end(`Hello World (v${tag || 'latest'})!`);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    write(`Example app listening at http://:::${webPort}\n`);
    const { promise, resolve } = Promise.withResolvers<Exit>();
    const end = (exit: Exit): void => {
      server.close(() => resolve(exit));
      server.closeAllConnections();
    };
    return {
      port: (containerPort) => (containerPort === webPort ? port : undefined),
      probes: 'asked',
      ended: promise,
      terminate: () => end({ code: 143, signal: 15 }),
      kill: () => end({ code: 137, signal: 9 }),
    };
  },
};
