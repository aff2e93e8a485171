import type { RolloutRecord, WorkloadResult } from '../api/types.ts';
import type { FluxEvent, ReleaseMetadata } from './event.ts';

/** An event in one line, in Flux v1's words: `Sync: 27c4d1b, default:deployment/a`. */
export function eventText(event: FluxEvent): string {
  if (event.message) return event.message;
  const ids = [...(event.serviceIDs ?? [])].sort().join(', ');
  switch (event.type) {
    case 'sync':
      return `Sync: ${revisionRange(event.metadata.commits ?? [])}, ${ids || 'no workloads changed'}`;
    case 'commit':
      return `Commit: ${short(event.metadata.revision ?? '')}, ${ids || '<no changes>'}`;
    case 'release':
      return releaseText(event.metadata, ids);
    case 'autorelease':
      return `Automated release of ${releasedImages(event.metadata.result)}`;
    case 'rollout':
      return rolloutText(event.metadata, ids);
    default:
      return event satisfies never;
  }
}

/** `Rollout of quay.io/o/app:2 to default:deployment/app failed: …`. */
function rolloutText({ images, outcome, message }: RolloutRecord, ids: string): string {
  const targets = [...new Set(images.map(({ Target }) => Target))].sort().join(', ');
  return `Rollout of ${targets} to ${ids} ${outcome}${message === '' ? '' : `: ${message}`}`;
}

/** How a release went as a whole: empty when nothing failed. */
export function releaseError(result: Readonly<Record<string, WorkloadResult>> | null): string {
  const failed = Object.entries(result ?? {}).filter(([, workload]) => workload.Status === 'failed');
  const [first] = failed;
  if (!first) return '';
  if (failed.length === 1) return `${first[0]} failed: ${first[1].Error ?? ''}`;
  return `Multiple workloads failed: ${failed
    .map(([id]) => id)
    .sort()
    .join(', ')}`;
}

function short(revision: string): string {
  return revision.slice(0, 7);
}

function revisionRange(commits: readonly { readonly revision: string }[]): string {
  const newest = commits[0];
  const oldest = commits.at(-1);
  if (!newest || !oldest) return '<no revision>';
  return commits.length <= 2
    ? short(newest.revision)
    : `${short(oldest.revision)}..${short(newest.revision)}`;
}

function releaseText(release: ReleaseMetadata, ids: string): string {
  const { User: user, Message: message } = release.cause;
  const by = user === '' ? '' : `, by ${user}`;
  const saying = message === '' ? '' : `, with message ${JSON.stringify(message)}`;
  const to = releasesAll(release) ? 'all workloads' : ids || 'no workloads';
  return `Released: ${releasedImages(release.result)} to ${to}${by}${saying}`;
}

function releasesAll(release: ReleaseMetadata): boolean {
  const spec = release.spec.ReleaseImageSpec;
  if (typeof spec !== 'object' || spec === null || !('ServiceSpecs' in spec)) return false;
  return Array.isArray(spec.ServiceSpecs) && spec.ServiceSpecs.includes('<all>');
}

function releasedImages(result: Readonly<Record<string, WorkloadResult>> | null): string {
  const targets = new Set<string>();
  for (const workload of Object.values(result ?? {})) {
    if (workload.Status !== 'success') continue;
    for (const container of workload.PerContainer ?? []) targets.add(container.Target);
  }
  return targets.size === 0 ? 'no image changes' : [...targets].sort().join(', ');
}
