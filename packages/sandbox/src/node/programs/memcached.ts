import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ContainerStart, Exit, Program, RunningProgram } from './program.ts';
import { runProcess } from './run-process.ts';

const usualPort = 11211;

/** The real memcached where it is installed, on a port of its own choice. @param path - where to look for it */
export function memcached(path: string): Program {
  return {
    files: {},
    async start(start) {
      // A manifest may name the program itself, and begin its arguments there.
      const container = { ...start, args: [...start.command.slice(1), ...start.args] };
      const program = await findProgram('memcached', path);
      return program === undefined ? holdPort(container) : runReal(program, container, path);
    },
  };
}

async function runReal(program: string, container: ContainerStart, path: string): Promise<RunningProgram> {
  const { root, args, env, write } = container;
  const portFile = join(root, 'memcached-port');
  const user = userInfo();
  const running = await runProcess({
    program,
    args: [
      ...withoutPort(args),
      '--listen=127.0.0.1',
      '--port=-1', // any free one: it writes down which
      ...(user.uid === 0 ? [`--user=${user.username}`] : []),
    ],
    env: { PATH: path, ...env, MEMCACHED_PORT_FILENAME: portFile },
    folder: root,
    write,
    port: (containerPort) => (containerPort === portOf(args) ? found : undefined),
  });
  let found: number | undefined;
  let ended = false;
  void running.ended.then(() => {
    ended = true;
  });
  void (async () => {
    while (found === undefined && !ended) {
      const text = await readFile(portFile, 'utf8').catch(() => '');
      const port = /TCP INET: (\d+)/.exec(text)?.[1];
      if (port !== undefined) found = Number(port);
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return running;
}

/** Arguments as a manifest writes them: `-p 11211`, `-p11211`, `--port=11211`, or two of them. */
const portArgument = /^(?:-p\s*|--port[=\s])(\d+)$/;

function portOf(args: readonly string[]): number {
  const joined = args.map((arg, index) => (isPortFlag(arg) ? `-p${args[index + 1] ?? ''}` : arg));
  const value = joined.map((arg) => portArgument.exec(arg)?.[1]).findLast((port) => port !== undefined);
  return value === undefined ? usualPort : Number(value);
}

function withoutPort(args: readonly string[]): readonly string[] {
  return args.filter(
    (arg, index) => !portArgument.test(arg) && !isPortFlag(arg) && !isPortFlag(args[index - 1] ?? ''),
  );
}

const isPortFlag = (arg: string): boolean => arg === '-p' || arg === '--port';

/** Without memcached: something that holds the port, keeps nothing, and says so. */
async function holdPort({ args, write }: ContainerStart): Promise<RunningProgram> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // the client went away; `close` follows
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => socket.end('SERVER_ERROR this stand-in keeps nothing\r\n'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  write('memcached is not installed here: this stand-in holds its port and keeps nothing\n');
  const { promise, resolve } = Promise.withResolvers<Exit>();
  const end = (exit: Exit): void => {
    server.close(() => resolve(exit));
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (containerPort) => (containerPort === portOf(args) ? port : undefined),
    probes: 'asked',
    ended: promise,
    terminate: () => end({ code: 0 }),
    kill: () => end({ code: 137, signal: 9 }),
  };
}

async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
