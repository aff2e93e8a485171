import { isUtf8 } from 'node:buffer';

export type DecodedText =
  /** UTF-8 without a byte order mark, a lone CR as the line break that it is to YAML. */
  | { readonly ok: true; readonly bytes: Buffer; readonly text: string }
  /** `line` has the first byte that is no UTF-8. */
  | { readonly ok: false; readonly line: number };

/** Reads the bytes of a file as Go's yaml.v2 does: UTF-8, or UTF-16 where a byte order mark says so. */
export function decodeText(file: Buffer): DecodedText {
  const bytes = utf8Of(file);
  if (!isUtf8(bytes)) return { ok: false, line: firstBadLine(bytes) };
  return { ok: true, bytes, text: textOf(bytes) };
}

/** The text of a part of `DecodedText.bytes`. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text;
}

/** The bytes of a file as UTF-8 (if it is text at all), without a byte order mark. */
export function utf8Of(file: Buffer): Buffer {
  if (file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf) return file.subarray(3);
  if (file[0] === 0xff && file[1] === 0xfe) return Buffer.from(file.subarray(2).toString('utf16le'), 'utf8');
  if (file[0] === 0xfe && file[1] === 0xff && file.length % 2 === 0) {
    return Buffer.from(Buffer.from(file.subarray(2)).swap16().toString('utf16le'), 'utf8');
  }
  return file;
}

function firstBadLine(bytes: Buffer): number {
  let line = 1;
  for (let at = 0; at < bytes.length; line += 1) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(at, end))) return line;
    at = end;
  }
  return line;
}
