import type { ApiClient } from '@fluxctl/shared/api/client';
import type { PassStatus } from '@fluxctl/shared/api/types';
import { ServerError, UserError } from '@fluxctl/shared/errors';
import { shortRevision } from '../output/short-revision.ts';
import { countObjects, failures, outcomeLines, warnings } from '../sync/pass-report.ts';
import { refuseUnlessReady } from '../sync/refuse-unless-ready.ts';
import { TimeoutError } from '../wait/poll.ts';
import { tellDoing } from '../wait/tell-doing.ts';
import { waitForCommit } from '../wait/wait-for-commit.ts';
import { JobFailedError, waitForJob } from '../wait/wait-for-job.ts';
import { describeDoing, tellsPasses, waitForPass } from '../wait/wait-for-pass.ts';
import { type CommandContext, defineCommand } from './command.ts';

export const syncCommand = defineCommand({
  name: 'sync',
  summary: 'Make the cluster equal to the git repository, now',
  details: [
    'The daemon fetches the repository, applies what is in it, and tries again what failed before, also when there is no new commit.',
    'fluxctl waits for that. It tells every object that could not be applied, with its place in the repository and the words of the Kubernetes API server; then the exit code is 1.',
  ].join('\n\n'),
  examples: ['fluxctl sync --k8s-fwd-ns=flux', 'fluxctl sync --timeout=5m --allow-failures'],
  flags: {
    'allow-failures': {
      type: 'switch',
      fallback: 'false',
      help: 'Exit with 0 even if objects could not be applied, as Flux v1 does',
    },
  },
  async run({ flags }, context) {
    const api = await context.connect();
    const config = await api.gitRepoConfig(false);
    refuseUnlessReady(config);
    context.err.line(`Synchronizing with ${config.remote.url}`);
    const { job, revision } = await fetchRevision(api, context);
    const short = shortRevision(revision);
    context.err.line(`Revision of ${config.remote.branch} to apply is ${short}`);
    context.err.line(`Waiting for ${short} to be applied ...`);
    const pass = await waitUntilApplied(api, job, short, context);
    if (pass) await report(pass, context, flags['allow-failures']);
    context.err.line('Done.');
  },
});

/** Has the daemon fetch the branch and start a pass. */
async function fetchRevision(
  api: ApiClient,
  { err, signal, timeoutMs }: CommandContext,
): Promise<{ readonly job: string; readonly revision: string }> {
  const limits = { timeoutMs: timeoutMs(), signal };
  const job = await api.updateManifests({ type: 'sync', cause: { Message: '', User: '' }, spec: {} });
  try {
    const { revision } = await err.whileWaiting('fetching the repository', () =>
      waitForJob(api, job, limits),
    );
    if (!revision) throw new ServerError('the daemon does not say which revision is to be applied');
    return { job, revision };
  } catch (error) {
    const revision = lastVerified(error);
    if (revision === undefined) {
      err.line(`Failed to complete sync job (ID ${JSON.stringify(job)})`);
      if (error instanceof TimeoutError) await tellDoing(api, err);
      throw error;
    }
    err.line(`Warning: ${(error as Error).message}`);
    return { job, revision };
  }
}

/** With signature verification, an unsigned head is not applied, but the last good commit is. */
function lastVerified(error: unknown): string | undefined {
  if (!(error instanceof JobFailedError)) return undefined;
  const unverified =
    error.message.includes('branch HEAD in the git repo is not verified') &&
    error.message.includes('last verified commit was');
  return unverified ? error.result.revision : undefined;
}

/** @returns what became of the pass, where the daemon tells it */
async function waitUntilApplied(
  api: ApiClient,
  job: string,
  revision: string,
  { err, signal, timeoutMs }: CommandContext,
): Promise<PassStatus | undefined> {
  const limits = { timeoutMs: timeoutMs(), signal };
  const title = `waiting for ${revision} to be applied`;
  try {
    return await err.whileWaiting(title, async (show) => {
      const first = await api.status();
      if (!tellsPasses(first)) return void (await waitForCommit(api, revision, limits));
      return waitForPass(api, job, limits, (status) => {
        const doing = describeDoing(status);
        show(doing === '' ? title : `${title}: ${doing}`);
      });
    });
  } catch (error) {
    if (error instanceof TimeoutError) await tellDoing(api, err);
    throw error;
  }
}

async function report(pass: PassStatus, { err }: CommandContext, allowFailures: boolean): Promise<void> {
  const paint = await err.paint();
  const short = shortRevision(pass.revision);
  const failed = failures(pass.outcomes);
  const warned = warnings(pass.outcomes);
  if (warned.length > 0) err.line(`Warnings about ${short}:\n${outcomeLines(warned, paint).join('\n')}`);
  if (failed.length > 0) err.line(`Not applied of ${short}:\n${outcomeLines(failed, paint).join('\n')}`);
  if (pass.error !== '') throw new ServerError(pass.error);
  if (failed.length > 0 && !allowFailures)
    throw new UserError(`${countObjects(failed.length)} of ${short} could not be applied`);
}
