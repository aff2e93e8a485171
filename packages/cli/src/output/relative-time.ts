const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How long ago, or in what time: `40s ago`, `in 5m`, `2d ago`, `now`.
 * @param time - RFC 3339; anything else gives an empty text
 * @param now - milliseconds since 1970
 */
export function relativeTime(time: string, now: number): string {
  const ms = Date.parse(time) - now;
  if (Number.isNaN(ms)) return '';
  const span = roughSpan(Math.abs(ms));
  if (span === '0s') return 'now';
  return ms > 0 ? `in ${span}` : `${span} ago`;
}

/** A span of time in its largest sensible unit: `90s`, `5m`, `6h`, `3d`. */
export function roughSpan(ms: number): string {
  if (ms < 100_000) return `${Math.round(ms / 1000)}s`;
  if (ms < 100 * minute) return `${Math.round(ms / minute)}m`;
  if (ms < 2 * day) return `${Math.round(ms / hour)}h`;
  return `${Math.round(ms / day)}d`;
}
