import type { JsonValue } from '@fluxctl/shared/kube-object';
import type { KubeObject } from '../kube-object.ts';

/** One column of a kind's table. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly format?: 'name';
  /** Shown with `-o wide` only. */
  readonly wide?: true;
  /** @param now - for ages */
  readonly cell: (object: KubeObject, now: Date) => JsonValue;
}

export function text(name: string, cell: Column['cell']): Column {
  return { name, type: 'string', cell };
}

export function wide(name: string, cell: Column['cell']): Column {
  return { name, type: 'string', wide: true, cell };
}

export function integer(name: string, cell: Column['cell']): Column {
  return { name, type: 'integer', cell };
}

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: ({ metadata }) => metadata.name,
};

export const ageColumn: Column = text('Age', ({ metadata }, now) => age(metadata.creationTimestamp, now));

const units = { day: 86_400, hour: 3_600, minute: 60 } as const;

/** `47m`, `2m5s`, `3h12m`, `2d4h`, `400d`: fewer digits the older. */
export function shortDuration(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const pair = (big: number, bigName: string, small: number, smallName: string): string =>
    small === 0 ? `${big}${bigName}` : `${big}${bigName}${small}${smallName}`;
  if (total < 2 * units.minute) return `${total}s`;
  const minutes = Math.floor(total / units.minute);
  if (minutes < 10) return pair(minutes, 'm', total % units.minute, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(total / units.hour);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(total / units.day);
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

export function age(since: string | undefined, now: Date): string {
  if (since === undefined) return '<unknown>';
  return shortDuration((now.getTime() - Date.parse(since)) / 1000);
}
