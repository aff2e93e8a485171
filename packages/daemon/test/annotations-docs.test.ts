import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import * as policies from '../src/automation/container-policy.ts';

const manual = new URL('../../../docs/annotations.md', import.meta.url);

/** `order.CONTAINER`, `freeze` …: what this version understands beyond Flux v1, as the code names it. */
const known = Object.entries(policies).flatMap(([name, policy]) => {
  if (!name.endsWith('Policy') || name.startsWith('read')) return [];
  return typeof policy === 'function'
    ? (policy as (container: string) => string)('CONTAINER')
    : String(policy);
});

it('the page on annotations has a row for every policy of ours', async () => {
  expect(known.length).toBeGreaterThan(5);
  const text = await readFile(manual, 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `fluxcd.io/'));
  const told = rows.flatMap((row) => [...row.matchAll(/`fluxcd\.io\/([^`]+)`/g)].map(([, name]) => name));
  expect(told).toEqual(expect.arrayContaining(known));
  expect(told).toEqual(
    expect.arrayContaining(['automated', 'tag.CONTAINER', 'locked', 'locked_user', 'locked_msg', 'ignore']),
  );
});

it('every value in its examples makes sense', async () => {
  const text = await readFile(manual, 'utf8');
  const blocks = text
    .split(/\n(?=[^ \n])/)
    .map((part) =>
      Object.fromEntries(
        [...part.matchAll(/^ {4,}fluxcd\.io\/(\S+): "?([^"\n]*)"?$/gm)].map(([, name = '', value = '']) => [
          name,
          value,
        ]),
      ),
    );
  const examples = blocks.filter((block) => Object.keys(block).length > 0);
  expect(examples.length).toBeGreaterThan(3);
  for (const example of examples) {
    expect(policies.readContainerPolicy(example, 'app').problems).toEqual([]);
    expect(policies.readFreeze(example) ?? {}).not.toHaveProperty('message');
  }
});
