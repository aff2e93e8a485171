import type { JobStatus } from '@fluxctl/shared/api/types';
import type { CommandContext } from '../commands/command.ts';
import { shortRevision } from '../output/short-revision.ts';
import { resultsTable } from './results-table.ts';

/**
 * Tells what a job did, as Flux v1 does: the table on stdout, the commit on stderr, and `Nothing to do`
 * when the daemon names no workload at all.
 * @param verbosity - how often `-v` was given
 */
export async function tellResult(
  { result, revision }: JobStatus['Result'],
  verbosity: number,
  { out, err }: Pick<CommandContext, 'out' | 'err'>,
): Promise<void> {
  if (result) out.write(resultsTable(result, { verbosity, paint: await out.paint() }));
  if (revision) err.line(`Commit pushed:\t${shortRevision(revision)}`);
  if (!result) err.line('Nothing to do');
}
