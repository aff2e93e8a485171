const bareQuote = 'bare " in non-quoted field';
const strayQuote = 'extraneous or missing " in quoted-field';

/**
 * The first record of a text of comma-separated values: `a,"b,c"` has two fields; `""` within quotes is
 * one quote. The empty text has no fields.
 * @throws {Error} in the words of Go's encoding/csv
 */
export function readCsv(text: string): string[] {
  const fields: string[] = [];
  if (text === '') return fields;
  let at = 0;
  for (;;) {
    const { field, end } = text[at] === '"' ? quotedField(text, at) : bareField(text, at);
    fields.push(field);
    if (text[end] !== ',') return fields;
    at = end + 1;
  }
}

interface Field {
  readonly field: string;
  /** Where the comma, the line break or the end of the text is. */
  readonly end: number;
}

function bareField(text: string, start: number): Field {
  const [field] = /^[^,\r\n]*/.exec(text.slice(start)) ?? [''];
  const quote = field.indexOf('"');
  if (quote >= 0) throw csvError(text, start + quote, bareQuote);
  return { field, end: start + field.length };
}

function quotedField(text: string, start: number): Field {
  const [quoted] = /^"(?:[^"]|"")*"/.exec(text.slice(start)) ?? [];
  if (quoted === undefined) throw csvError(text, text.length, strayQuote);
  const end = start + quoted.length;
  if (end < text.length && !/[,\r\n]/.test(text[end] ?? '')) throw csvError(text, end - 1, strayQuote);
  return { field: quoted.slice(1, -1).replaceAll('""', '"'), end };
}

function csvError(text: string, at: number, fault: string): Error {
  const column = Buffer.byteLength(text.slice(0, at)) + 1;
  return new Error(`parse error on line 1, column ${column}: ${fault}`);
}
