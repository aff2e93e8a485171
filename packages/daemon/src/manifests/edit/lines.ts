/** The place of a line's end mark (CRLF or LF), or the end of the text. */
export function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  if (end < 0) return text.length;
  return end > at && text[end - 1] === '\r' ? end - 1 : end;
}

/** Where the line of a place begins. */
export function startOfLine(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the next line begins, or the end of the text. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

/** In characters from the start of the line. */
export function columnOf(text: string, at: number): number {
  return at - startOfLine(text, at);
}

/** What stands before a place on its line. */
export function lineBefore(text: string, at: number): string {
  return text.slice(startOfLine(text, at), at);
}

/** The end mark of the line before a place, else of the text's first line. */
export function newlineAt(text: string, at: number): '\n' | '\r\n' {
  const before = at === 0 ? -1 : text.lastIndexOf('\n', at - 1);
  const found = before < 0 ? text.indexOf('\n') : before;
  return found > 0 && text[found - 1] === '\r' ? '\r\n' : '\n';
}

/** Without the line breaks at its end, and the spaces behind them. */
export function withoutBlankLines(text: string): string {
  let end = text.length;
  for (let at = end - 1; at >= 0 && ' \t\r\n'.includes(text[at] ?? ''); at -= 1) {
    if (text[at] === '\n') end = text[at - 1] === '\r' ? at - 1 : at;
  }
  return text.slice(0, end);
}
