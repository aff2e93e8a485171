import { spawn } from 'node:child_process';
import { ServerError } from '@fluxctl/shared/errors';
import { Login } from './logins.ts';

const timeoutMs = 10_000;
const longestAnswer = 64 * 1024;

/**
 * Asks `docker-credential-<helper>` for the login of a host, as docker does: the host on its standard
 * input, JSON on its standard output.
 * @returns undefined when it knows none
 * @throws {ServerError} when the program is not there or fails; its output is not told, it may hold secrets
 */
export async function askCredentialHelper(
  helper: string,
  host: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Login | undefined> {
  const program = `docker-credential-${helper}`;
  // Docker itself stores Docker Hub's login under this address.
  const server = host === 'index.docker.io' ? 'https://index.docker.io/v1/' : host;
  const { code, output } = await run(program, server, env, signal);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw new ServerError(`${program} gave no login for ${host}: exit status ${code}`);
  }
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: unknown; Secret?: unknown };
    if (typeof Username === 'string' && typeof Secret === 'string' && Secret !== '') {
      return new Login(Username, Secret, program);
    }
    return undefined;
  } catch {
    throw new ServerError(`${program} gave no login for ${host}: its answer is not JSON`);
  }
}

function run(
  program: string,
  input: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const child = spawn(program, ['get'], {
      env,
      signal: bounded,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= longestAnswer) chunks.push(chunk);
      else child.kill('SIGKILL');
    });
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (signal.aborted) return reject(signal.reason);
      const why =
        cause.code === 'ENOENT' ? 'it is not installed' : bounded.aborted ? 'no answer' : 'it failed';
      reject(new ServerError(`cannot ask ${program}: ${why}`, { cause }));
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
    // A helper that does not read its input ends the pipe; what it answers counts.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${input}\n`);
  });
}
