import { join } from 'node:path';
import type { Program } from './program.ts';
import { runProcess } from './run-process.ts';

export interface FluxdOptions {
  /** The daemon's script: its source or the bundle. */
  readonly script: string;
  /** Further files of the image, such as `/etc/ssh/ssh_known_hosts`. */
  readonly files?: Readonly<Record<string, string>>;
  /** What the image sets in the environment, which a manifest may set otherwise. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where programs are found that it calls; normally the PATH of this process. */
  readonly path: string;
  readonly node: string;
}

/**
 * The real daemon, in a process of its own. It finds its mounts through `FLUXD_MOUNT_ROOT` and the
 * cluster's names as a pod would, listens on free ports, and its log tells which.
 */
export function fluxd(options: FluxdOptions): Program {
  return {
    files: options.files ?? {},
    start({ command, args: given, env, nodeArgs, root, write }) {
      // A manifest may name the program itself, and begin its arguments there.
      const args = [...command.slice(1), ...given];
      const ports = new Map<number, number>();
      const lines = lineReader((line) => {
        for (const [key, flag, fallback] of listeners) {
          const port = portIn(line, key);
          const containerPort = portOf(args, flag) ?? fallback;
          if (port !== undefined && containerPort !== undefined) ports.set(containerPort, port);
        }
      });
      return runProcess({
        program: options.node,
        args: [...nodeArgs, options.script, ...args],
        env: {
          PATH: options.path,
          HOME: join(root, 'root'),
          ...options.env,
          ...env,
          FLUXD_MOUNT_ROOT: root,
          FLUXD_EPHEMERAL_PORTS: '1',
        },
        folder: root,
        write(output) {
          write(output);
          lines(output);
        },
        port: (containerPort) => ports.get(containerPort),
      });
    },
  };
}

/** The key of the log line that tells an address, the flag that asked for it, and its default. */
const listeners = [
  ['addr', 'listen', 3030],
  ['metrics-addr', 'listen-metrics', undefined],
] as const;

/** The port that a log line tells under a key, in logfmt or JSON. */
export function portIn(line: string, key: string): number | undefined {
  const found = new RegExp(`(?:^|[\\s{,])(?:"${key}":|${key}=)"?[^\\s"]*?:(\\d+)`).exec(line)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The port of an address flag, `--listen=:3030` or `-l :3030`. */
export function portOf(args: readonly string[], flag: string): number | undefined {
  const names = flag === 'listen' ? ['--listen', '-l'] : [`--${flag}`];
  const value = args.flatMap((arg, index) => {
    const name = names.find((name) => arg === name || arg.startsWith(`${name}=`));
    if (name === undefined) return [];
    return [arg === name ? (args[index + 1] ?? '') : arg.slice(name.length + 1)];
  });
  const port = /:(\d+)$/.exec(value.at(-1) ?? '')?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Cuts output into lines. */
function lineReader(onLine: (line: string) => void): (output: Buffer) => void {
  let rest = '';
  return (output) => {
    const lines = (rest + output.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
