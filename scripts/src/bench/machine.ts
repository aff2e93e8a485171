import { availableParallelism, loadavg } from 'node:os';
import { realClusterPrograms } from '@fluxctl/sandbox/real/start-real-cluster';

/** On what figures were taken. */
export interface Machine {
  readonly node: string;
  readonly processors: number;
  /** The load averages of the last minutes, before the bench added its own. */
  readonly load: string;
  readonly cluster: string;
}

export function describeMachine(): Machine {
  return {
    node: process.version,
    processors: availableParallelism(),
    load: loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
    cluster: realClusterPrograms() ? 'a real API server' : "the sandbox's API server",
  };
}
