/**
 * An instant to the nanosecond, as RFC 3339 in UTC with nine fraction digits, so that text order is time
 * order; empty for the zero time, which comes before all others.
 */
export type Timestamp = string & { readonly brand: 'Timestamp' };

export const zeroTime = '' as Timestamp;

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339; Go's zero time `0001-01-01T00:00:00Z` and the empty text are the zero time. */
export function parseTimestamp(text: string): Timestamp | undefined {
  if (text === '') return zeroTime;
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
  const local = Date.parse(written);
  // Date.parse lets 31 February become 3 March.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 19) !== written.slice(0, 19))
    return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * (sign === '-' ? -60_000 : 60_000);
  const utc = new Date(local - offset).toISOString();
  // A year of more than four digits, or before the first, has no place in the order of texts.
  if (utc.length !== written.length + '.000'.length) return undefined;
  if (utc.startsWith('0001-01-01T00:00:00')) return zeroTime;
  return `${utc.slice(0, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}Z` as Timestamp;
}

export function timestampOf(date: Date): Timestamp {
  return `${date.toISOString().slice(0, 23)}000000Z` as Timestamp;
}

/** RFC 3339 as Go prints it: no needless fraction digits. Empty for the zero time. */
export function printTimestamp(time: Timestamp): string {
  const fraction = time.slice(20, 29).replace(/0+$/, '');
  return time === zeroTime ? '' : `${time.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** As Go's `Time.String` prints a time in UTC: `2020-01-23 12:08:04.619877884 +0000 UTC`. */
export function printGoTime(time: Timestamp): string {
  const text = time === zeroTime ? '0001-01-01T00:00:00Z' : printTimestamp(time);
  return `${text.slice(0, 10)} ${text.slice(11, -1)} +0000 UTC`;
}
