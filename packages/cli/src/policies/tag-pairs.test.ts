import { describe, expect, it } from 'vitest';
import { readTagPairs } from './tag-pairs.ts';

describe('readTagPairs', () => {
  it.each<{ text: string; pairs: [string, string][] }>([
    { text: '', pairs: [] },
    { text: 'a=1.*', pairs: [['a', '1.*']] },
    { text: 'a=*', pairs: [['a', '*']] },
    { text: 'a=1.*,', pairs: [['a', '1.*']] },
    { text: 'a=', pairs: [['a', '']] },
    // As in Flux v1: several in one value.
    {
      text: 'a=x,b=y',
      pairs: [
        ['a', 'x'],
        ['b', 'y'],
      ],
    },
    {
      text: 'a=semver:~1,b=regexp:^x,c=*',
      pairs: [
        ['a', 'semver:~1'],
        ['b', 'regexp:^x'],
        ['c', '*'],
      ],
    },
    {
      text: 'a=1.*, b=2.*',
      pairs: [
        ['a', '1.*'],
        ['b', '2.*'],
      ],
    },
    // What Flux v1 refuses or tears apart.
    { text: 'foo=semver:>=1.2, <2', pairs: [['foo', 'semver:>=1.2, <2']] },
    { text: 'foo=semver:>=1.2,<=2,!=1.5', pairs: [['foo', 'semver:>=1.2,<=2,!=1.5']] },
    { text: 'foo=semver:>=1.2.3-0', pairs: [['foo', 'semver:>=1.2.3-0']] },
    { text: 'foo=semver:=1.2,=1.3', pairs: [['foo', 'semver:=1.2,=1.3']] },
    { text: 'foo=regexp:^a{1,2}$', pairs: [['foo', 'regexp:^a{1,2}$']] },
    { text: 'foo=regex:^[a,b]=x$', pairs: [['foo', 'regex:^[a,b]=x$']] },
    { text: 'foo=glob:a=b', pairs: [['foo', 'glob:a=b']] },
    {
      text: 'a=semver:>=1, <2,b=regexp:x{1,},c=3',
      pairs: [
        ['a', 'semver:>=1, <2'],
        ['b', 'regexp:x{1,}'],
        ['c', '3'],
      ],
    },
    { text: 'image.tag=semver:~1', pairs: [['image.tag', 'semver:~1']] },
    // Quotes, as in a record of comma-separated values.
    { text: '"foo=regexp:^a{1,2}$"', pairs: [['foo', 'regexp:^a{1,2}$']] },
    {
      text: '"foo=regexp:(a,b=c)",bar=1',
      pairs: [
        ['foo', 'regexp:(a,b=c)'],
        ['bar', '1'],
      ],
    },
    {
      text: 'bar=semver:~1,"foo=regexp:(a,b=""c"")"',
      pairs: [
        ['bar', 'semver:~1'],
        ['foo', 'regexp:(a,b="c")'],
      ],
    },
  ])('reads $text', ({ text, pairs }) => {
    expect(readTagPairs(text).map(({ container, pattern }) => [container, pattern])).toEqual(pairs);
  });

  it.each([
    { text: 'foo', told: '"foo"' },
    { text: '=1', told: '"=1"' },
    { text: 'a=1,foo', told: '"foo"' },
    { text: '"a=1', told: '"\\"a=1"' },
    { text: '"a=1"b', told: '"\\"a=1\\"b"' },
  ])('[cli 20] tells what of $text is no pair', ({ text, told }) => {
    expect(() => readTagPairs(text)).toThrow(
      `invalid container/tag pair: ${told}. Expected format is 'container=filter'`,
    );
  });
});
