import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.ts';

describe('decodeText', () => {
  it.each([
    { because: 'UTF-8', bytes: Buffer.from('a: é\n'), text: 'a: é\n' },
    { because: 'a byte order mark goes', bytes: Buffer.from('\uFEFFa: 1\n'), text: 'a: 1\n' },
    {
      because: 'UTF-16 as Windows writes it',
      bytes: Buffer.from('\uFEFFa: é\r\n', 'utf16le'),
      text: 'a: é\r\n',
    },
    {
      because: 'UTF-16, the other way round',
      bytes: Buffer.from('\uFEFFa: é\n', 'utf16le').swap16(),
      text: 'a: é\n',
    },
    { because: 'a lone CR is a line break', bytes: Buffer.from('a: 1\rb: 2\r\n'), text: 'a: 1\nb: 2\r\n' },
  ])('reads $because', ({ bytes, text }) => {
    expect(decodeText(bytes)).toMatchObject({ ok: true, text });
  });

  it('names the line of the first byte that is no UTF-8', () => {
    expect(decodeText(Buffer.from('a: 1\nb: 2\nc: \xe9\n', 'latin1'))).toEqual({ ok: false, line: 3 });
  });
});
