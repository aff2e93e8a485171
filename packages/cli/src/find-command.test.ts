import { describe, expect, it } from 'vitest';
import { commands } from './commands/commands.ts';
import { findCommandName, nearNames } from './find-command.ts';
import { globalFlags } from './global-flags.ts';

describe('findCommandName', () => {
  it.each([
    [['sync'], 'sync', []],
    [['--url', 'sync', 'version'], 'version', ['--url', 'sync']],
    [['--url=x', 'sync', '-h'], 'sync', ['--url=x', '-h']],
    [['-u', 'x', '-h', 'sync'], 'sync', ['-u', 'x', '-h']],
    [['-ux', 'sync', 'sync'], 'sync', ['-ux', 'sync']],
    [['--unknown', 'value', 'sync'], 'sync', ['--unknown', 'value']],
    [['-a', 'sync'], undefined, ['-a', 'sync']],
    [['--', 'sync'], undefined, ['--', 'sync']],
    [[], undefined, []],
  ])('of %j is %s', (argv, name, rest) => {
    expect(findCommandName(globalFlags, argv)).toEqual({ name, rest });
  });
});

describe('nearNames', () => {
  it.each([
    ['sink', ['sync']],
    ['SYN', ['sync']],
    ['vresion', ['version']],
    ['in', ['install']],
    ['comp', ['completion']],
    ['deploy', []],
  ])('of %s are %j', (word, names) => {
    expect(nearNames(commands, word)).toEqual(names);
  });
});
