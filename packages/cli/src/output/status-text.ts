import type { DaemonStatus, PassStatus, SourceStatus } from '@fluxctl/shared/api/types';
import { formatDuration } from '@fluxctl/shared/duration';
import { outcomeLines } from '../sync/pass-report.ts';
import type { Paint } from './paint.ts';
import { plainTable } from './plain-table.ts';
import { needsAttention, rolloutText } from './rollout-text.ts';
import { shortRevision } from './short-revision.ts';

const headings = ['SOURCE', 'URL', 'BRANCH', 'STATE', 'HEAD', 'APPLIED', 'AGE', 'FAILED'];

export interface StatusTextOptions {
  readonly paint: Paint;
  /** Milliseconds since 1970, for the ages. */
  readonly now: number;
  /** Also rollouts that went well. */
  readonly all: boolean;
}

/**
 * A table with a row per source, below it what needs attention, and the rollouts.
 * @param status - a daemon may be too old for some members
 */
export function statusText(status: DaemonStatus, { paint, now, all }: StatusTextOptions): string {
  const table = plainTable([
    headings.map((heading) => paint.heading(heading)),
    ...status.sources.map((source) => row(source, paint, now)),
  ]);
  const notes = status.sources.flatMap((source) => attention(source, paint, now));
  const rollouts = (status.rollouts ?? []).filter((one) => all || needsAttention(one));
  return [table, ...notes.map((line) => `${line}\n`), rolloutText(rollouts, paint, now)].join('');
}

function row(source: SourceStatus, paint: Paint, now: number): string[] {
  const { lastPass: pass } = source;
  const failed = pass?.counts.failed ?? 0;
  return [
    source.name,
    source.url,
    source.branch,
    source.state === 'ready' ? paint.good(source.state) : paint.doubtful(source.state),
    shortRevision(source.head),
    shortRevision(pass?.revision ?? ''),
    pass ? age(pass.endedAt, now) : '',
    pass === null ? '' : failed > 0 ? paint.bad(String(failed)) : '0',
  ];
}

function attention(source: SourceStatus, paint: Paint, now: number): string[] {
  const { lastPass: pass } = source;
  const lines: string[] = [];
  lines.push(...errorLines(source.error, paint));
  if (source.doing !== '') lines.push(`  ${source.doing}`);
  if (pass) lines.push(...passLines(pass, paint));
  if (source.retryAt !== '') lines.push(`  ${paint.faint(retryText(source.retryAt, now))}`);
  return lines.length === 0 ? [] : ['', `${source.name}:`, ...lines];
}

function passLines(pass: PassStatus, paint: Paint): string[] {
  return [...errorLines(pass.error, paint), ...outcomeLines(pass.outcomes, paint)];
}

/** Git's errors have several lines. */
function errorLines(error: string, paint: Paint): string[] {
  const lines = error.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => `  ${paint.bad(line)}`);
}

function retryText(retryAt: string, now: number): string {
  const ms = Date.parse(retryAt) - now;
  return ms > 0 ? `tried again in ${wholeSeconds(ms)}` : 'tried again now';
}

function age(time: string, now: number): string {
  const ms = now - Date.parse(time);
  return Number.isNaN(ms) ? '' : wholeSeconds(Math.max(0, ms));
}

function wholeSeconds(ms: number): string {
  return formatDuration(Math.round(ms / 1000) * 1000);
}
