import { type FluxError, MissingError, ServerError, UserError } from '@fluxctl/shared/errors';
import { BranchMovedError } from './repository.ts';

export interface GitFailure {
  /** Without passwords. */
  readonly args: readonly string[];
  /** All that git said, without passwords. */
  readonly output: string;
  readonly end:
    | { readonly how: 'exit'; readonly code: number }
    | { readonly how: 'signal'; readonly signal: string }
    | { readonly how: 'not-started'; readonly error: Error }
    | { readonly how: 'too-late' }
    | { readonly how: 'too-much' };
}

/** The host cannot move several refs at once. */
export class NoAtomicPushError extends ServerError {}

type ErrorClass = new (message: string, options: { help: string; cause: unknown }) => FluxError;

/** `remote`: the mirror is as good as before, so another fetch may use it. */
interface Row {
  readonly said: RegExp;
  readonly error: ErrorClass;
  readonly remote: boolean;
  readonly help: string;
}

/**
 * What git, ssh and git hosts say (with LC_ALL=C), and what to do about it. Each row names who says it.
 * The first row that fits counts.
 */
const rows: readonly Row[] = [
  {
    // GitHub; GitLab; Bitbucket
    said: /marked as read.only|not allowed to push code|do not have write access|does not have write access|read-only deploy key/i,
    error: UserError,
    remote: true,
    help: 'The deploy key may only read. Give the key that `fluxctl identity` prints write access, or run fluxd with --git-readonly.',
  },
  {
    // ssh
    said: /Permission denied \([a-z,-]*publickey/,
    error: UserError,
    remote: true,
    help: 'The git host does not accept the key. Add the key that `fluxctl identity` prints to the repository, with write access.',
  },
  {
    // ssh
    said: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \S+ host key is known for/,
    error: UserError,
    remote: true,
    help: 'The host key of the git host is not known, or has changed. Mount a known_hosts file in ~/.ssh, or name one with --ssh-known-hosts; `ssh-keyscan HOST` prints the lines to compare with what the host publishes.',
  },
  {
    // ssh; curl
    said: /could not resolve host(?:name)?\b/i,
    error: UserError,
    remote: true,
    help: 'The name of the git host is not known here. Is the host in --git-url right, and does DNS work in the cluster?',
  },
  {
    // GitHub; GitLab; git upload-pack; a web server
    said: /ERROR: Repository not found|project you were looking for could not be found|does not appear to be a git repository|repository '.*' not found/,
    error: UserError,
    remote: true,
    help: 'The git host has no such repository, or does not show it to this key. Is --git-url right, and has the key been added to this repository?',
  },
  {
    // git over HTTP
    said: /Authentication failed for|could not read (?:Username|Password)|The requested URL returned error: 40[13]/,
    error: UserError,
    remote: true,
    help: 'The git host does not accept the user name and token in --git-url.',
  },
  {
    // git receive-pack
    said: /\((?:pre-receive )?hook declined\)|\(protected branch hook declined\)|GH006|deny(?:ing|ed) updating/i,
    error: UserError,
    remote: true,
    help: 'The git host refused the push by a rule: check the protection of branches and tags, and let the key of fluxd pass.',
  },
  {
    // git push; git receive-pack, GitHub, Gerrit, when two pushes meet
    said: /\((?:non-fast-forward|fetch first|stale info)\)|remote: error: cannot lock ref|\[remote rejected\] .*\((?:cannot lock ref|failed to update ref|incorrect old value|reference already exists|failed to lock|lock failure)/i,
    error: BranchMovedError,
    remote: true,
    help: 'Somebody else has pushed meanwhile. fluxd starts over on the new head of the branch.',
  },
  {
    // git push
    said: /does not support --atomic push/,
    error: NoAtomicPushError,
    remote: true,
    help: 'fluxd pushes one ref after the other then.',
  },
  {
    // git commit-tree, git tag
    said: /gpg failed to sign|failed to sign the data|unable to sign the tag|cannot run gpg/,
    error: UserError,
    remote: true,
    help: 'gpg must be installed where fluxd runs, and have the private key of --git-signing-key, without a passphrase. --git-gpg-key-import imports it at start.',
  },
  {
    // git commit-tree
    said: /empty ident name|name consists only of disallowed characters/,
    error: UserError,
    remote: true,
    help: 'An author and a committer need a name: see --git-user, and --user of fluxctl.',
  },
  {
    // git or its shell, when ssh is started; ssh, for a user id without an account
    said: /cannot run ssh|\bssh: (?:command )?not found|No user exists for uid/,
    error: ServerError,
    remote: true,
    help: "git could not start OpenSSH's client. It must be installed beside git, and the user that fluxd runs as needs an entry in /etc/passwd.",
  },
  {
    // git, when it is too old
    said: /^error: unknown option|^usage: git/m,
    error: ServerError,
    remote: true,
    help: 'git 2.31 or newer is needed.',
  },
  {
    // ssh; git; curl
    said: /Connection (?:refused|timed out|closed|reset)|Operation timed out|No route to host|Network is unreachable|Failed to connect|unexpected disconnect|hung up unexpectedly|early EOF|Broken pipe|invalid index-pack output|The requested URL returned error: 5\d\d|SSL|TLS/,
    error: ServerError,
    remote: true,
    help: 'The git host cannot be reached, or broke off. fluxd keeps trying.',
  },
  {
    // ssh and git hosts, when nothing more is known
    said: /Could not read from remote repository/,
    error: UserError,
    remote: true,
    help: 'The git host did not let fluxd in. Is --git-url right, and has the key that `fluxctl identity` prints been added with write access?',
  },
  {
    // git log, git rev-parse
    said: /bad revision|unknown revision|Invalid revision range|Not a valid object name/,
    error: UserError,
    remote: false,
    help: 'The repository has no such revision.',
  },
];

/** The error for a failure, in Flux v1's words; `prefix` says what git was meant to do. */
export function gitError(failure: GitFailure, prefix?: string): FluxError {
  const text = failureText(failure);
  const message = prefix === undefined ? text : `${prefix}: ${text}`;
  switch (failure.end.how) {
    case 'too-late':
      return new ServerError(message, {
        help: 'git did not finish in time. A slow host or a big repository needs a longer --git-timeout.',
        cause: failure,
      });
    case 'not-started':
      return new MissingError(message, {
        help: 'git could not be started. It must be installed where fluxd runs.',
        cause: failure.end.error,
      });
    default: {
      const row = rows.find(({ said }) => said.test(failure.output));
      if (!row) return new ServerError(message, { cause: failure });
      return new row.error(message, { help: row.help, cause: failure });
    }
  }
}

/** Whether the other side or the way to it is to blame, so that the mirror need not be made anew. */
export function blamesRemote(error: unknown): boolean {
  const failure = error instanceof Error ? (error.cause as Partial<GitFailure> | undefined) : undefined;
  if (failure?.end?.how === 'too-late') return true;
  return rows.some(({ said, remote }) => remote && said.test(failure?.output ?? ''));
}

function failureText({ args, output, end }: GitFailure): string {
  switch (end.how) {
    case 'too-late':
      return `running git command: git [${args.join(' ')}]: context deadline exceeded`;
    case 'too-much':
      return `running git command: git [${args.join(' ')}]: more output than expected`;
    case 'not-started':
      return `running git command: git [${args.join(' ')}]: ${end.error.message}`;
    case 'exit':
    case 'signal': {
      const line = errorLine(output);
      if (line !== undefined) return `${line}, full output:\n ${output}`;
      if (output.trim() !== '') return output;
      return end.how === 'exit' ? `exit status ${end.code}` : `signal: ${end.signal}`;
    }
    default:
      return end satisfies never;
  }
}

/** The line that says what went wrong, if git wrote one. */
function errorLine(output: string): string | undefined {
  for (const line of output.split('\n')) {
    if (line.startsWith('fatal: ') || line.startsWith('ERROR fatal: ')) return line;
    if (line.startsWith('error:')) return line.slice('error:'.length).trim();
  }
  return undefined;
}
