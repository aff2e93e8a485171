const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const form = /^\d\d(?<year>\d\d)-(?<month>\d\d)-(?<day>\d\d)T(?<time>\d\d:\d\d).*?(?<zone>Z|[+-]\d\d:\d\d)$/;

/**
 * A time as Flux v1 shows it (Go's RFC 822), in its own zone: `20 Jul 16 13:19 UTC`.
 * @param text - of RFC 3339; anything else is shown as nothing
 */
export function createdText(text: string | undefined): string {
  const { year, month, day, time, zone } = form.exec(text ?? '')?.groups ?? {};
  const name = months[Number(month) - 1];
  if (name === undefined || zone === undefined) return '';
  const shown = zone === 'Z' || /^[+-]00:00$/.test(zone) ? 'UTC' : zone.replace(':', '');
  return `${day} ${name} ${year} ${time} ${shown}`;
}
