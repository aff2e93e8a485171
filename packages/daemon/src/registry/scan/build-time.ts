import { parseTimestamp, type Timestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { buildDateLabel, createdLabel } from '../distribution/manifest.ts';

/**
 * When an image was built: what its labels say, where `--registry-use-labels` believes them, else what its
 * configuration says.
 */
export function buildTime(
  createdAt: Timestamp,
  labels: Readonly<Record<string, string>>,
  believed: boolean,
): Timestamp {
  if (!believed) return createdAt;
  for (const name of [createdLabel, buildDateLabel]) {
    const time = parseTimestamp(labels[name] ?? '') ?? zeroTime;
    if (time !== zeroTime) return time;
  }
  return createdAt;
}

/** What is wrong with the labels that tell a time, in Flux v1's words; undefined when nothing is. */
export function labelProblem(labels: Readonly<Record<string, string>>): string | undefined {
  const bad = [createdLabel, buildDateLabel].filter(
    (name) => labels[name] !== undefined && parseTimestamp(labels[name]) === undefined,
  );
  if (bad.length === 0) return undefined;
  return `failed to parse ${bad.length} timestamp label(s) as RFC3339 (${bad.join(', ')}); ask the maintainer of the image to fix it`;
}
