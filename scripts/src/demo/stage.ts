import type { HostedRepository } from '@fluxctl/sandbox/git-host/hosted-repository';
import type { DaemonLog } from './daemon-log.ts';
import type { Screen } from './screen.ts';
import type { Shell } from './shell.ts';

/** Where the walk-through takes place: a cluster, a git host, and a way to the daemon. */
export interface Stage {
  /** What stands where, a line each. */
  readonly about: readonly string[];
  /** Environment of the commands. */
  readonly env: Readonly<Record<string, string>>;
  /** Where commands are run; the clone of the repository goes here. */
  readonly folder: string;
  /** The flags by which fluxctl finds the daemon. */
  readonly toDaemon: string;
  /** The repository's address, as the user gives it to `fluxctl install`. */
  readonly gitUrl: string;
  readonly repository: HostedRepository;
  /** What comes between `fluxctl install …` and `kubectl apply`; empty for nothing. */
  readonly betweenInstallAndApply: string;
  readonly log: DaemonLog;
  /** From the applied manifests to a daemon that runs; its log is shown from here on. */
  bringUp(tour: Tour): Promise<void>;
  /** Does as git hosts do at a push: tells the daemon. */
  callPushHook(): Promise<void>;
  /** Whether pods can run. */
  hasNode(): Promise<boolean>;
  /** Where a NodePort service answers, as `http://…`; undefined where that cannot be told. */
  serviceUrl(namespace: string, name: string): string | undefined;
  /** Takes away what was put up. */
  close(): Promise<void>;
}

/** What a step works with. */
export interface Tour {
  readonly screen: Screen;
  readonly shell: Shell;
  readonly signal: AbortSignal;
  /**
   * Tells that something is as the walk-through says.
   * @throws {NotAsDescribedError} when it is not
   */
  expect(what: string, isSo: boolean, found?: string): void;
}

/** One thing that is done, and what must be seen then. */
export interface Step {
  readonly title: string;
  run(stage: Stage, tour: Tour): Promise<void>;
}

/** Something was seen that the walk-through does not describe. */
export class NotAsDescribedError extends Error {
  override readonly name = 'NotAsDescribedError';
}
