import type { RegistryStatus, RepositoryScan } from '@fluxctl/shared/api/types';
import type { Paint } from '../output/paint.ts';
import { plainTable } from '../output/plain-table.ts';
import { relativeTime, roughSpan } from '../output/relative-time.ts';

export interface RegistryTextOptions {
  readonly headers: boolean;
  readonly paint: Paint;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const headings = ['REPOSITORY', 'STATE', 'TAGS', 'KNOWN', 'SCANNED', 'NEXT', 'QUOTA'];

/** A table with a row per repository, those that fail first, and below it what is wrong with them. */
export function registryText(status: RegistryStatus, options: RegistryTextOptions): string {
  const { headers, paint } = options;
  const off = status.scanning ? '' : `${paint.doubtful(scanningIsOff)}\n`;
  if (status.repositories.length === 0) return off || 'The daemon knows of no image that workloads use.\n';
  const repositories = status.repositories.toSorted(byNeed);
  const table = plainTable([
    ...(headers ? [headings.map(paint.heading)] : []),
    ...repositories.map((one) => row(one, options)),
  ]);
  return off + table + problems(repositories, paint);
}

const scanningIsOff =
  'Image registries are not watched (--registry-disable-scanning): no image is updated by itself.';

function byNeed(a: RepositoryScan, b: RepositoryScan): number {
  const failing = Number(b.error !== '') - Number(a.error !== '');
  return failing || (a.repository < b.repository ? -1 : 1);
}

function row(one: RepositoryScan, { paint, now }: RegistryTextOptions): string[] {
  const { repository, tags, images, lastScan, nextScan, error } = one;
  return [
    repository,
    error !== '' ? paint.bad('failed') : lastScan === '' ? paint.doubtful('waiting') : paint.good('ok'),
    String(tags),
    String(images),
    lastScan === '' ? 'never' : relativeTime(lastScan, now),
    nextText(nextScan, now),
    quotaText(one, paint),
  ];
}

/** What is overdue waits for its turn. */
function nextText(nextScan: string, now: number): string {
  return Date.parse(nextScan) <= now ? 'now' : relativeTime(nextScan, now);
}

function quotaText({ quota }: RepositoryScan, paint: Paint): string {
  if (!quota) return '';
  const text = `${quota.remaining} of ${quota.limit} left${quota.window > 0 ? ` in ${roughSpan(quota.window * 1000)}` : ''}`;
  return quota.remaining * 10 < quota.limit ? paint.doubtful(text) : text;
}

/** What is wrong, once for all repositories with which it is. */
function problems(repositories: readonly RepositoryScan[], paint: Paint): string {
  const failing = repositories.filter(({ error }) => error !== '');
  const groups = Map.groupBy(failing, ({ error, help }) => `${error}\n${help}`);
  return [...groups.values()].map((group) => problem(group, paint)).join('');
}

function problem(group: readonly RepositoryScan[], paint: Paint): string {
  const [{ error = '', help = '' } = {}] = group;
  const lines = [
    ...group.map(({ repository }) => paint.heading(repository)),
    ...indented(error).map(paint.bad),
    ...indented(help),
  ];
  return `\n${lines.map((line) => `${line}\n`).join('')}`;
}

function indented(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => `  ${line}`);
}
