import type { ContainerPort } from '../objects.ts';

/** What a program is given to run as a container. */
export interface ContainerStart {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** As the pod names it, tag and all. */
  readonly image: string;
  readonly command: readonly string[];
  /** Variables are filled in. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly ContainerPort[];
  /** With them a Node.js program finds Services and pods by the names and addresses that they have in the cluster. */
  readonly nodeArgs: readonly string[];
  /** What is `/` to the container: its mounts lie below. */
  readonly root: string;
  /** Expected to come to an end by itself: an init container, or one of a Job. */
  readonly isTask: boolean;
  /** Takes what it writes to stdout and stderr, in pieces of any size. */
  readonly write: (output: string | Buffer) => void;
}

export interface Exit {
  readonly code: number;
  /** Number of the signal that ended it. */
  readonly signal?: number;
}

export interface RunningProgram {
  /** Where a port of the container is on 127.0.0.1; undefined while nothing listens there. */
  port(containerPort: number): number | undefined;
  /** Of the process, where it is one of its own. */
  readonly pid?: number | undefined;
  /** `taken as passed` where nothing real answers for the image. */
  readonly probes: 'asked' | 'taken as passed';
  readonly ended: Promise<Exit>;
  /** Asks it to end, as SIGTERM does. */
  terminate(): void;
  /** Ends it at once, as SIGKILL does. */
  kill(): void;
}

/** What an image holds. */
export interface Program {
  /**
   * Files of the image, by absolute path: they lie below `root` when it starts, as do the mounts.
   * A program without this never looks at files: `root` does not exist.
   */
  readonly files?: Readonly<Record<string, string>>;
  start(container: ContainerStart): Promise<RunningProgram>;
}
