import type { JobStatus, UpdateSpec } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import { goJson } from '@fluxctl/shared/go-json';
import { allLatest } from '@fluxctl/shared/images/image-ref';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { CommitSha } from '../git/repository.ts';
import { JobError } from '../jobs/job-error.ts';
import type { Job } from '../jobs/job-queue.ts';
import type { ReleaseType } from '../metrics/metrics.ts';
import { editManifests } from './edit-manifests.ts';
import { onNewestHead } from './on-newest-head.ts';
import type { Proposal } from './proposal.ts';
import { proposePolicies } from './propose-policies.ts';
import { proposeRelease } from './propose-release.ts';
import { isPlan, readUpdate, type Update } from './read-update.ts';
import { startOverWhenMoved } from './start-over-when-moved.ts';
import { timeStage } from './time-stage.ts';
import type { Definitions, UpdateConfig, UpdatePorts } from './update-ports.ts';
import type { Results, UpdateRun } from './update-run.ts';
import { verifyCommit } from './verify-commit.ts';

/** Carries out releases, policy updates and automated runs: each is one commit, or none. */
export interface Updates {
  /**
   * A job for the queue. Its result is remembered also if it fails, as far as it got.
   * @throws {UserError} at once, for a spec that makes no sense
   */
  job(spec: UpdateSpec): Job;
  /**
   * Computes what a job would do; nothing is published, and jobs may run meanwhile.
   * @throws {UserError} also for a spec that makes no sense
   */
  plan(spec: UpdateSpec, signal: AbortSignal): Promise<JobStatus['Result']>;
}

export function createUpdates(config: UpdateConfig, ports: UpdatePorts): Updates {
  const { repository, metrics } = ports;

  async function prepare(update: Update, run: UpdateRun): Promise<Prepared> {
    if (config.readonly) throw new UserError('cannot make a working clone of a read-only git repo');
    repository.requireReady();
    return onNewestHead(repository, run.signal, (head) => prepareAt(head, update, run));
  }

  /** Everything up to a commit that nobody else has seen; no commit where there is nothing to write. */
  async function prepareAt(head: CommitSha, update: Update, run: UpdateRun): Promise<Prepared> {
    const definitions = await ports.definitions.at(head, run.signal);
    const proposal =
      update.type === 'policy'
        ? await proposePolicies(update, definitions, config.allowedNamespaces, run.signal)
        : await proposeRelease(update, definitions, ports, run);
    run.onResults(proposal.results);
    if (proposal.edits.length === 0) return { head, proposal, commit: undefined };
    const commit = await makeCommit(update, proposal, definitions, run.signal);
    return { head, proposal, commit };
  }

  async function makeCommit(
    update: Update,
    { edits, changes, message }: Proposal,
    definitions: Definitions,
    signal: AbortSignal,
  ): Promise<CommitSha> {
    const commit = await timeStage(metrics, 'write_changes', async () => {
      const files = await editManifests(edits, definitions, signal);
      if (files.size === 0) throw nothingToCommit();
      const author = config.setAuthor ? update.cause.User : '';
      return repository.makeCommit({ parent: definitions.revision, files, message, author }, signal);
    });
    if (update.type === 'policy') return commit;
    await timeStage(metrics, 'verify_changes', () =>
      verifyCommit(commit, definitions, changes, ports.definitions, signal),
    );
    return commit;
  }

  /** Measures releases; policies have no place in the metric. */
  async function timed(update: Update, run: UpdateRun): Promise<Prepared> {
    if (update.type === 'policy') return prepare(update, run);
    const labels = { type: releaseType(update), kind: isPlan(update) ? 'plan' : 'execute' } as const;
    const start = performance.now();
    let success = false;
    try {
      const prepared = await prepare(update, run);
      success = true;
      return prepared;
    } finally {
      metrics.release({ ...labels, success }, (performance.now() - start) / 1000);
    }
  }

  async function planned(update: Update, run: UpdateRun): Promise<JobStatus['Result']> {
    const { head, proposal } = await timed(update, run);
    return { spec: update.json, ...resultOf(proposal.results), plannedAt: head };
  }

  async function execute(update: Update, jobId: string, run: UpdateRun): Promise<JobStatus['Result']> {
    const { json: spec } = update;
    const startedAt = new Date(ports.now()).toISOString();
    const { proposal, commit } = await timed(update, run);
    const result = resultOf(proposal.results);
    if (!commit) {
      if (update.type !== 'policy') throw nothingToCommit();
      return { spec, ...result };
    }
    // Flux v1 leaves the results of policies out of the note.
    const told = update.type === 'policy' ? null : proposal.results;
    const text = goJson({ jobID: jobId, spec, result: told });
    await repository.publish(commit, { ref: config.notesRef, text }, run.signal);
    ports.events.record({
      id: 0,
      serviceIDs: succeeded(proposal.results),
      type: 'commit',
      startedAt,
      endedAt: new Date(ports.now()).toISOString(),
      logLevel: 'info',
      metadata: { revision: commit, spec, ...result },
    });
    if (proposal.automates) ports.onAutomated();
    return { revision: commit, spec, ...result };
  }

  return {
    job(spec) {
      const update = readUpdate(spec);
      return {
        type: update.type,
        async run({ id, log, signal }) {
          let results: Results = {};
          const onResults = (known: Results): void => {
            results = known;
          };
          const run = { log, signal, onResults };
          try {
            if (isPlan(update)) return await planned(update, run);
            return await startOverWhenMoved(() => execute(update, id, run), {
              random: ports.random,
              log,
              signal,
            });
          } catch (error) {
            throw new JobError(error, { spec: update.json, ...resultOf(results) });
          }
        },
      };
    },
    plan: async (spec, signal) => {
      const log = ports.log.with({ component: 'daemon' });
      return planned(readUpdate(spec), { log, signal, onResults: () => {} });
    },
  };
}

interface Prepared {
  /** For which it was computed. */
  readonly head: CommitSha;
  readonly proposal: Proposal;
  readonly commit: CommitSha | undefined;
}

function nothingToCommit(): UserError {
  return new UserError('no changes made in repo');
}

function resultOf(results: Results): Pick<JobStatus['Result'], 'result'> {
  return Object.keys(results).length === 0 ? {} : { result: results };
}

function succeeded(results: Results): ResourceId[] {
  return Object.entries(results)
    .filter(([, { Status }]) => Status === 'success')
    .map(([id]) => id as ResourceId)
    .sort();
}

function releaseType(update: Exclude<Update, { type: 'policy' }>): ReleaseType {
  switch (update.type) {
    case 'image':
      return update.spec.ImageSpec === allLatest ? 'latest_images' : 'specific_image';
    case 'containers':
      return 'containers';
    case 'auto':
      return 'automated';
    default:
      return update satisfies never;
  }
}
