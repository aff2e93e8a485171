import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

const prefix = 'flux-gitclone';
const ownerSocket = 'owner.sock';
/** A folder this young may still be without its socket, in ms. */
const infancyMs = 60_000;
/** The shortest limit of a socket's path among the systems that we run on, in bytes. */
const maxSocketPath = 100;

/** A private temporary folder, removed when it is closed. */
export interface Workspace {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Makes a folder in `parent`. A process that was killed leaves its folder behind, and a container that
 * is started again finds it: so each owner listens on a socket in its folder, and folders whose owner
 * does not answer are removed.
 */
export async function openWorkspace(parent: string): Promise<Workspace> {
  const path = await mkdtemp(join(parent, prefix));
  await removeAbandoned(parent, path);
  const socket = join(path, ownerSocket);
  if (Buffer.byteLength(socket) > maxSocketPath) {
    await rm(path, { recursive: true });
    // Under another name, so that nobody takes it for abandoned.
    const unwatched = await mkdtemp(join(parent, 'flux-git-'));
    return { path: unwatched, close: () => remove(unwatched) };
  }
  const server = await listen(socket);
  return {
    path,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await remove(path);
    },
  };
}

/** @param own - the folder made just now; its time is the file system's idea of now */
async function removeAbandoned(parent: string, own: string): Promise<void> {
  const { mtimeMs: now } = await stat(own);
  const folders = (await readdir(parent))
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(parent, name))
    .filter((path) => path !== own);
  await Promise.all(
    folders.map(async (path) => {
      // Somebody else's folder, or one that another daemon has just removed, is left to them.
      if (await isAbandoned(path, now).catch(() => false)) await remove(path).catch(() => undefined);
    }),
  );
}

async function isAbandoned(path: string, now: number): Promise<boolean> {
  const { mtimeMs, uid } = await stat(path);
  if (uid !== process.getuid?.()) return false;
  return new Promise((resolve) => {
    const client = connect(join(path, ownerSocket));
    client.on('connect', () => {
      client.destroy();
      resolve(false);
    });
    client.on('error', (error: NodeJS.ErrnoException) => {
      const noSocket = error.code === 'ENOENT' && now - mtimeMs > infancyMs;
      resolve(error.code === 'ECONNREFUSED' || noSocket);
    });
  });
}

function listen(socket: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((client) => client.destroy());
    server.on('error', reject);
    server.listen(socket, () => resolve(server));
    server.unref();
  });
}

function remove(path: string): Promise<void> {
  // A program that is being ended may still write for a moment.
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
