import type { Event } from 'js-yaml';
import type { ParsedEvents } from '../yaml/parse-events.ts';

/** Events with their places in the text as it is written, where lines of it were indented to be parsed. */
export function originalEvents(text: string, parsed: ParsedEvents): readonly Event[] {
  if (parsed.text === text) return parsed.events;
  const map = lineMap(text, parsed.text);
  return parsed.events.map((event) => {
    const moved: Record<string, unknown> = { ...event };
    for (const [key, value] of Object.entries(moved)) {
      if (places.has(key) && typeof value === 'number' && value >= 0) moved[key] = map(value);
    }
    return moved as unknown as Event;
  });
}

const places = new Set(['start', 'valueStart', 'valueEnd', 'anchorStart', 'anchorEnd', 'tagStart', 'tagEnd']);

/** From a place in a text to that in another, which has the same lines, some of them less indented. */
function lineMap(text: string, indented: string): (at: number) => number {
  const lines = text.split('\n');
  const starts: { readonly from: number; readonly to: number; readonly padding: number }[] = [];
  let from = 0;
  let to = 0;
  for (const [index, line] of indented.split('\n').entries()) {
    const original = lines[index]?.length ?? 0;
    starts.push({ from, to, padding: line.length - original });
    from += line.length + 1;
    to += original + 1;
  }
  return (at) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle]?.from ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    const line = starts[low];
    return line ? line.to + Math.max(0, at - line.from - line.padding) : at;
  };
}
