import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { DeployKeys, type KeyRights, keyId } from './deploy-keys.ts';
import type { FileChanges } from './fast-import.ts';
import { type CommitOptions, defaultBranch, HostedRepository } from './hosted-repository.ts';
import { runGit } from './run-git.ts';
import { serveSession } from './ssh-session.ts';

export interface GitHostOptions {
  /** 0, the default, for a free one. */
  readonly port?: number;
  /** Takes any key, with write rights to everything. */
  readonly anyKey?: boolean;
}

/** A git host over SSH on 127.0.0.1: real git behind an SSH server, with keys and faults on demand. */
export interface GitHost extends AsyncDisposable {
  readonly port: number;
  /** The line for `known_hosts`, with its newline. */
  readonly knownHosts: string;
  /** A new repository; with files, its first commit is on `branch` (default `master`). */
  createRepository(
    name: string,
    files?: FileChanges,
    options?: Pick<CommitOptions, 'branch' | 'message' | 'date'>,
  ): Promise<HostedRepository>;
  repository(name: string): HostedRepository | undefined;
  /** A key that may do this in every repository. */
  addKey(publicKey: string, rights: KeyRights): void;
  removeKey(publicKey: string): void;
  /** Stops listening and cuts all connections. */
  goAway(): Promise<void>;
  /** Listens again, on the same port. */
  comeBack(): Promise<void>;
  /** Every answer waits this long first, in ms; 0 to end it. */
  slowDown(delayMs: number): void;
  /** Cuts the connection that has been sent this many bytes of git's answer from now on. */
  cutAfter(bytes: number): void;
  /** Connections that were accepted so far. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** Refuses refs that a test named; runs in the repository's folder. */
const updateHook = `#!/bin/sh
if grep -qxF -e "$1" refused-refs 2>/dev/null; then
  echo "error: GH006: Protected ref update failed for $1." >&2
  exit 1
fi
`;

export async function startGitHost(options: GitHostOptions = {}): Promise<GitHost> {
  const root = await mkdtemp(join(tmpdir(), 'git-host-'));
  const repositories = new Map<string, HostedRepository>();
  const hostWideKeys = new DeployKeys();
  // One in two hundred Ed25519 keys that ssh2 makes cannot be read by itself.
  const hostKey = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const sockets = new Map<number, Socket>();
  const stopping = new AbortController();
  let delayMs = 0;
  let cutAfter: number | undefined;
  let connections = 0;

  const rightsOf = (id: string, repository: HostedRepository): KeyRights | undefined =>
    options.anyKey ? 'write' : (hostWideKeys.rights(id) ?? repository.rights(id));
  const isKnown = (id: string) =>
    options.anyKey ||
    hostWideKeys.rights(id) !== undefined ||
    [...repositories.values()].some((repository) => repository.rights(id) !== undefined);

  const ssh = new ssh2.Server({ hostKeys: [hostKey.private] }, (client, info) => {
    serveConnection(client, sockets.get(info.port));
  });

  function serveConnection(client: Connection, socket: Socket | undefined): void {
    let id = '';
    client.on('error', () => {}); // the client went away; `close` follows
    client.on('authentication', (context) => {
      const offered = acceptedKey(context, isKnown);
      if (offered === undefined) return context.reject(['publickey']);
      id = offered;
      context.accept();
    });
    client.on('session', (accept) => {
      serveSession(accept(), {
        repository: (name) => repositories.get(name),
        rights: (repository) => rightsOf(id, repository),
        delay: async () => {
          if (delayMs > 0) await wait(delayMs, undefined, { signal: stopping.signal });
        },
        allowance(bytes) {
          if (cutAfter === undefined) return bytes;
          const allowed = Math.min(bytes, cutAfter);
          cutAfter = allowed < bytes ? undefined : cutAfter - allowed;
          return allowed;
        },
        cut: () => socket?.destroy(),
      });
    });
  }

  const server = createServer((socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return socket.destroy();
    connections += 1;
    sockets.set(remotePort, socket);
    socket.on('error', () => {}); // as above
    socket.on('close', () => sockets.delete(remotePort));
    socket.setNoDelay(true);
    ssh.injectSocket(socket);
    return undefined;
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets.values()) socket.destroy();
    });

  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  async function createRepository(
    name: string,
    files: FileChanges = {},
    commit: Pick<CommitOptions, 'branch' | 'message' | 'date'> = {},
  ): Promise<HostedRepository> {
    const path = join(root, `${name}.git`);
    await mkdir(dirname(path), { recursive: true });
    await runGit(path, ['init', '--quiet', '--bare', '--template=']);
    await runGit(path, ['symbolic-ref', 'HEAD', `refs/heads/${commit.branch ?? defaultBranch}`]);
    await mkdir(join(path, 'hooks'));
    await writeFile(join(path, 'hooks', 'update'), updateHook, { mode: 0o755 });
    const url = `ssh://git@127.0.0.1:${port}/${name}.git`;
    const repository = new HostedRepository({ name, url, path });
    if (Object.keys(files).length > 0) {
      await repository.commit(files, { message: 'First commit', ...commit });
    }
    repositories.set(name, repository);
    return repository;
  }

  async function stop(): Promise<void> {
    stopping.abort();
    if (server.listening) await close();
    // Git that is being cut off may still write for a moment.
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  return {
    port,
    knownHosts: `[127.0.0.1]:${port} ${hostKey.public.trim()}\n`,
    createRepository,
    repository: (name) => repositories.get(name),
    addKey: (publicKey, rights) => hostWideKeys.add(publicKey, rights),
    removeKey: (publicKey) => hostWideKeys.remove(publicKey),
    goAway: close,
    comeBack: () => listen(port),
    slowDown: (ms) => {
      delayMs = ms;
    },
    cutAfter: (bytes) => {
      cutAfter = bytes;
    },
    get connections() {
      return connections;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The id of the key that a client offers, when the host knows it and the signature, if there is one, is right. */
function acceptedKey(context: AuthContext, isKnown: (id: string) => boolean | undefined): string | undefined {
  if (context.method !== 'publickey' || context.username !== 'git') return undefined;
  const id = keyId(context.key.data);
  if (!isKnown(id)) return undefined;
  if (context.signature) {
    const key = ssh2.utils.parseKey(context.key.data);
    const [publicKey] = Array.isArray(key) ? key : [key];
    if (!publicKey || publicKey instanceof Error || !context.blob) return undefined;
    if (publicKey.verify(context.blob, context.signature, context.hashAlgo) !== true) return undefined;
  }
  return id;
}
