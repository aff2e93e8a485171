import { spawn } from 'node:child_process';
import type { ServerChannel, Session } from 'ssh2';
import type { HostedRepository } from './hosted-repository.ts';
import { sealedGitEnvironment } from './run-git.ts';

/** What a session may ask of the host. */
export interface SessionHost {
  /** By `owner/name`. */
  repository(name: string): HostedRepository | undefined;
  /** What the key of this connection may do. */
  rights(repository: HostedRepository): 'read' | 'write' | undefined;
  /** Resolves when the host wants to answer. */
  delay(): Promise<void>;
  /** For each piece of an answer: how much of it may go out before the connection is cut. */
  allowance(bytes: number): number;
  cut(): void;
}

const commandLine = /^git[ -](upload-pack|receive-pack) '?\/?([^']+?)(?:\.git)?\/?'?$/;

/** Serves `git upload-pack` and `git receive-pack` on one session, with GitHub's words for refusals. */
export function serveSession(session: Session, host: SessionHost): void {
  const env: Record<string, string> = { ...sealedGitEnvironment };
  session.on('env', (accept, _reject, info) => {
    if (info.key === 'GIT_PROTOCOL') env.GIT_PROTOCOL = info.val;
    accept?.();
  });
  session.on('shell', (accept) => {
    refuse(accept(), "You've successfully authenticated, but this host does not provide shell access.");
  });
  session.on('exec', (accept, _reject, info) => {
    const channel = accept();
    const [, service, name] = commandLine.exec(info.command) ?? [];
    if (!service || !name) return refuse(channel, `Invalid command: ${info.command}`);
    const repository = host.repository(name);
    const rights = repository && host.rights(repository);
    if (!repository || !rights) return refuse(channel, 'ERROR: Repository not found.');
    if (service === 'receive-pack' && rights !== 'write') {
      return refuse(channel, 'ERROR: The key you are authenticating with has been marked as read only.');
    }
    serve(channel, service, repository, env, host).catch(() => host.cut());
  });
}

function refuse(channel: ServerChannel, text: string): void {
  channel.stderr.write(`${text}\n`);
  channel.exit(1);
  channel.end();
}

async function serve(
  channel: ServerChannel,
  service: string,
  repository: HostedRepository,
  env: Record<string, string>,
  host: SessionHost,
): Promise<void> {
  await host.delay();
  const pushing = service === 'receive-pack';
  const actions = pushing ? repository.takePushActions() : undefined;
  await actions?.before?.();

  const child = spawn('git', [service, repository.path], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  channel.on('close', () => child.kill());
  child.on('error', () => host.cut());
  // A client that is gone, or git that has ended, is told by `close`.
  channel.on('error', () => {});
  child.stdin.on('error', () => {});

  // The first piece that git writes is the list of refs; until the action is done the client waits.
  let held = actions?.during ? Promise.resolve() : undefined;
  if (!held) channel.pipe(child.stdin);
  child.stdout.on('data', (chunk: Buffer) => {
    const allowed = host.allowance(chunk.length);
    const flowing = channel.write(chunk.subarray(0, allowed));
    if (allowed < chunk.length) return host.cut();
    if (!flowing) {
      child.stdout.pause();
      channel.once('drain', () => child.stdout.resume());
    }
    if (held) {
      held = undefined;
      Promise.resolve(actions?.during?.()).then(
        () => channel.pipe(child.stdin),
        () => host.cut(),
      );
    }
  });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}
