const rfc3339 =
  /^(?<whole>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d+))?(?<zone>Z|[+-]\d{2}:\d{2})$/;

/**
 * A time of RFC 3339 as Go writes it in UTC: up to nine digits of a second, without trailing zeros.
 * @returns undefined for none, and for Go's zero time
 * @throws {Error} when it is no such time
 */
export function utcTime(text: string | null | undefined): string | undefined {
  if (!text) return undefined;
  const { whole, fraction = '', zone } = rfc3339.exec(text)?.groups ?? {};
  const time = new Date(`${whole}${zone}`);
  if (whole === undefined || Number.isNaN(time.getTime())) {
    throw new Error(`parsing time ${JSON.stringify(text)}: not a time of RFC 3339`);
  }
  const seconds = time.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  const utc = `${seconds}${digits === '' ? '' : `.${digits}`}Z`;
  return utc === '0001-01-01T00:00:00Z' ? undefined : utc;
}
