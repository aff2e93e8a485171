import type { Cause, ImageUpdate, WorkloadResult } from '@fluxctl/shared/api/types';
import { releaseError } from '@fluxctl/shared/events/event-text';

type Results = Readonly<Record<string, WorkloadResult>>;

/** `Release quay.io/o/app:2 to default:deployment/app`, unless somebody says why. */
export function imageReleaseMessage({ ImageSpec, ServiceSpecs }: ImageUpdate, cause: Cause): string {
  if (cause.Message !== '') return cause.Message;
  const workloads = ServiceSpecs.length === 0 ? ['<all>'] : ServiceSpecs;
  return `Release ${bare(ImageSpec)} to ${workloads.map(bare).join(', ')}`;
}

/** `Update image refs in …`, and what each workload gets. */
export function containersReleaseMessage(results: Results, cause: Cause): string {
  if (cause.Message !== '') return cause.Message;
  const updated = Object.entries(results)
    .filter(([, { Status }]) => Status === 'success')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const bodies = updated.map(
    ([id, { PerContainer }]) =>
      `\n${id}\n${(PerContainer ?? []).map(({ Target }) => `- ${Target}\n`).join('')}`,
  );
  const error = releaseError(results);
  const failure = error === '' ? '' : `\n${error}\n`;
  return `Update image refs in ${updated.map(([id]) => id).join(', ')}\n${bodies.join('')}${failure}`;
}

/** `Auto-release quay.io/o/app:2`; several images are listed. */
export function autoReleaseMessage(results: Results): string {
  const targets = Object.values(results)
    .filter(({ Status }) => Status === 'success')
    .flatMap(({ PerContainer }) => (PerContainer ?? []).map(({ Target }) => Target));
  const images = [...new Set(targets)].sort();
  if (images.length === 0) return 'Auto-release (no images)';
  if (images.length === 1) return `Auto-release ${images[0]}`;
  return `Auto-release multiple (${images.length}) images\n\n${images.map((image) => ` - ${image}\n`).join('')}`;
}

/** `<all latest>` without its brackets: some hosts take them for HTML. */
function bare(text: string): string {
  return /^<[^>]*>$/.test(text) ? text.slice(1, -1) : text;
}
