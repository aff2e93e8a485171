/** One document of a YAML stream. */
export interface DocumentSlice {
  /** 1 is the first document of the file. */
  readonly document: number;
  /** With its markers and directives. */
  readonly text: string;
  /** Of the first character of `text`; 1 is the first line of the file. */
  readonly line: number;
  /** Of the first character of `text`, in UTF-16 units from the start of the stream. */
  readonly start: number;
}

/**
 * Cuts a stream at its `---` and `...` lines. Those are markers wherever they stand, inside of block
 * and quoted scalars too, so that a document which is broken costs only itself.
 * @param text - without a byte order mark at its start
 */
export function* splitDocuments(text: string): Generator<DocumentSlice> {
  let document = 0;
  let start = 0;
  let startLine = 1;
  let explicit = false;
  let line = 1;
  const slice = (end: number): DocumentSlice => {
    document += 1;
    return { document, text: text.slice(start, end), line: startLine, start };
  };

  for (let at = 0; at < text.length; line += 1) {
    const next = nextLine(text, at);
    const marker = markerAt(text, at);
    if (marker !== undefined) {
      const filled = explicit || hasContent(text, start, at, '%');
      if (marker === 'end') {
        if (filled) yield slice(next);
        start = next;
        startLine = line + 1;
        explicit = false;
      } else {
        // what stands before the first marker, comments and directives, belongs to the document
        if (filled) {
          yield slice(at);
          start = at;
          startLine = line;
        }
        explicit = true;
      }
    }
    at = next;
  }
  if (explicit || hasContent(text, start, text.length, '')) yield slice(text.length);
}

function markerAt(text: string, at: number): 'start' | 'end' | undefined {
  const code = text.charCodeAt(at);
  if (code !== 0x2d && code !== 0x2e) return undefined; // - .
  if (text.charCodeAt(at + 1) !== code || text.charCodeAt(at + 2) !== code) return undefined;
  const following = at + 3 < text.length ? text[at + 3] : '\n';
  if (following !== '\n' && following !== '\r' && following !== ' ' && following !== '\t') return undefined;
  return code === 0x2d ? 'start' : 'end';
}

function nextLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

/**
 * Whether there is more than blank lines and comments.
 * @param directive - how a line begins that does not count either, as it belongs to what follows
 */
function hasContent(text: string, start: number, end: number, directive: '%' | ''): boolean {
  for (let at = start; at < end; at = nextLine(text, at)) {
    if (text[at] === directive) continue;
    let first = at;
    while (first < end && ' \t\r\n\uFEFF'.includes(text[first] ?? '')) {
      if (text[first] === '\n') break;
      first += 1;
    }
    if (first < end && text[first] !== '\n' && text[first] !== '#') return true;
  }
  return false;
}

/** How many lines lie before `end`, counted from `start`. */
export function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
