import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { gatherLines } from './gather-lines.ts';

it('writes the lines of a turn together, and in their order', async () => {
  const written: string[] = [];
  const lines = gatherLines((text) => void written.push(text));
  lines.write('a\n');
  await Promise.resolve();
  lines.write('b\n');
  expect(written).toEqual([]);
  await turn();
  lines.write('c\n');
  await turn();
  expect(written).toEqual(['a\nb\n', 'c\n']);
});

it('writes what is left when it is told to, and nothing twice', async () => {
  const written: string[] = [];
  const lines = gatherLines((text) => void written.push(text));
  lines.write('a\n');
  lines.flush();
  lines.flush();
  await turn();
  expect(written).toEqual(['a\n']);
});

it('does not gather very much', () => {
  const written: string[] = [];
  const lines = gatherLines((text) => void written.push(text));
  lines.write(`${'x'.repeat(64 * 1024)}\n`);
  lines.write('b\n');
  expect(written).toHaveLength(1);
});
