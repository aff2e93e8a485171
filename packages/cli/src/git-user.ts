import { execFile } from 'node:child_process';

/** A git that takes longer than this, in milliseconds, is not waited for. */
const limitMs = 5_000;

/**
 * Who works here, as `NAME <EMAIL>`, or what there is of both: what `git config` says in this folder.
 * Empty without git, too. One process (Flux v1 started twelve, and for every command).
 */
export async function gitUser(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const args = ['config', '--null', '--get-regexp', '^user\\.(name|email)$'];
  const settings = readSettings(await outputOf('git', args, env, signal));
  const [name = '', email = ''] = [settings.get('user.name'), settings.get('user.email')];
  if (name !== '' && email !== '') return `${name} <${email}>`;
  return name || email;
}

/** `KEY\nVALUE\0…`; of several values of a key the last one counts. */
function readSettings(output: string): ReadonlyMap<string, string> {
  return new Map(
    output.split('\0').map((entry): [string, string] => {
      const end = entry.indexOf('\n');
      return end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)];
    }),
  );
}

/** What the program prints; empty when it fails. */
function outputOf(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { env, signal, timeout: limitMs }, (error, stdout) => {
      resolve(error ? '' : stdout);
    });
  });
}
