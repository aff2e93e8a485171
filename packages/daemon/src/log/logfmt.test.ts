import { describe, expect, it } from 'vitest';
import { createLogger, timestamp } from './create-logger.ts';
import { toJsonLine, toLogfmt } from './logfmt.ts';

describe('toLogfmt', () => {
  it.each([
    { fields: { a: 'plain' }, line: 'a=plain', because: 'a plain value has no quotes' },
    { fields: { a: '' }, line: 'a=', because: 'an empty value has no quotes' },
    { fields: { a: null }, line: 'a=null', because: 'nothing is null' },
    { fields: { a: 'two words' }, line: 'a="two words"', because: 'a space needs quotes' },
    { fields: { a: 'x=y' }, line: 'a="x=y"', because: 'an equals sign needs quotes' },
    { fields: { a: 'say "hi"\n' }, line: 'a="say \\"hi\\"\\n"', because: 'quotes and newlines are escaped' },
    { fields: { 'a b': 1 }, line: 'ab=1', because: 'spaces vanish from keys' },
    { fields: { err: new Error('no luck') }, line: 'err="no luck"', because: 'an error is its message' },
    { fields: { files: ['a', 'b'] }, line: 'files="[a b]"', because: 'a list is as Go prints it' },
    { fields: { a: undefined, b: true }, line: 'b=true', because: 'what is not there is not written' },
  ])('$because', ({ fields, line }) => {
    expect(toLogfmt(fields)).toBe(line);
  });
});

describe('createLogger', () => {
  const lines: string[] = [];
  const log = (format: string) => createLogger({ format, write: (line) => lines.push(line), now: () => 0.5 });

  it('writes time, place, context and fields in this order', () => {
    log('fmt').with({ component: 'daemon' }).log({ info: 'hello' });
    expect(lines.pop()).toMatch(
      /^ts=1970-01-01T00:00:00\.0005Z caller=logfmt\.test\.ts:\d+ component=daemon info=hello\n$/,
    );
  });

  it('writes JSON with sorted keys', () => {
    log('json').with({ component: 'daemon' }).log({ a: 1, err: null });
    const line = lines.pop() ?? '';
    expect(Object.keys(JSON.parse(line))).toEqual(['a', 'caller', 'component', 'err', 'ts']);
  });

  it('writes an error in JSON as its message', () => {
    expect(toJsonLine({ err: new Error('no luck') })).toBe('{"err":"no luck"}');
  });
});

describe('timestamp', () => {
  it.each([
    [0, '1970-01-01T00:00:00Z'],
    [1_579_781_284_619.877, '2020-01-23T12:08:04.619877Z'],
    [1_579_781_284_600, '2020-01-23T12:08:04.6Z'],
  ])('%d is %s', (ms, text) => {
    expect(timestamp(ms)).toBe(text);
  });
});
