import { DaemonError } from '@fluxctl/shared/api/api-error';
import { errorMessage, FluxError } from '@fluxctl/shared/errors';
import type { Terminal } from './output/terminal.ts';

/**
 * Tells an error on stderr as Flux v1 does: the daemon's advice as it came, everything else with a hint
 * at the help. Advice of our own stands before the error.
 * @param commandPath - `fluxctl sync`; `fluxctl` when there is no command
 */
export async function reportError(error: unknown, commandPath: string, err: Terminal): Promise<void> {
  const paint = await err.paint();
  if (error instanceof DaemonError) {
    err.write(`${paint.bad('== Error ==')}\n\n${error.help}\n`);
    return;
  }
  if (error instanceof FluxError && error.help !== '') err.line(error.help.trimEnd());
  err.line(`${paint.bad('Error:')} ${errorMessage(error)}`);
  err.line(`Run '${commandPath} --help' for usage.`);
}
