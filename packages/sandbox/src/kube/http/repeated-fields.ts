/** Quoted text, or one of the signs that JSON is built of. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

type Level =
  | {
      readonly type: 'object';
      readonly path: string;
      readonly seen: Set<string>;
      key: string;
      expectsKey: boolean;
    }
  | { readonly type: 'list'; readonly path: string; index: number };

function childPath(level: Level | undefined): string {
  if (level === undefined) return '';
  if (level.type === 'list') return `${level.path}[${level.index}]`;
  return level.path === '' ? level.key : `${level.path}.${level.key}`;
}

/**
 * Fields that come more than once in one object of a JSON text: parsers take the last and say nothing.
 * @param text - well-formed JSON
 * @returns paths such as `data.a`, in the order of the text
 */
export function repeatedFields(text: string): readonly string[] {
  const repeated: string[] = [];
  const levels: Level[] = [];
  for (const [sign] of text.matchAll(token)) {
    const level = levels.at(-1);
    switch (sign) {
      case '{':
        levels.push({ type: 'object', path: childPath(level), seen: new Set(), key: '', expectsKey: true });
        break;
      case '[':
        levels.push({ type: 'list', path: childPath(level), index: 0 });
        break;
      case '}':
      case ']':
        levels.pop();
        break;
      case ',':
        if (level?.type === 'object') level.expectsKey = true;
        else if (level !== undefined) level.index++;
        break;
      case ':':
        break;
      default:
        if (level?.type !== 'object' || !level.expectsKey) break;
        level.expectsKey = false;
        level.key = JSON.parse(sign) as string;
        if (level.seen.has(level.key)) repeated.push(childPath(level));
        level.seen.add(level.key);
    }
  }
  return repeated;
}
