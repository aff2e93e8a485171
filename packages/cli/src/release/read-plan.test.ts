import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { makePlan, possibleUpdates, printPlan } from './make-plan.ts';
import { readPlan } from './read-plan.ts';

const id = 'demo:deployment/hello';
const update = { Container: 'app', Current: 'x:1', Target: 'x:2' };
const result: Readonly<Record<string, WorkloadResult>> = {
  [id]: { Status: 'success', PerContainer: [update] },
  'demo:deployment/same': { Status: 'skipped', Error: 'image(s) up to date', PerContainer: null },
};
const plan = makePlan({
  revision: '33ce4e3',
  cause: { Message: 'why', User: 'Ann' },
  force: false,
  updates: possibleUpdates(result),
  result,
});
const text = printPlan(plan);

describe('readPlan', () => {
  it('reads what was written, without what is for people only', () => {
    const { result: _, ...content } = plan;
    expect(readPlan(text, 'plan.json')).toEqual(content);
  });

  it('reads over a byte order mark', () => {
    expect(readPlan(`\ufeff${text}`, 'p').id).toBe(plan.id);
  });

  it('does not look at the results', () => {
    expect(readPlan(text.replace('image(s) up to date', 'else'), 'p').id).toBe(plan.id);
  });

  it.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['null', 'it must be an object'],
    ['[]', 'it must be an object'],
    ['{"kind": "Deployment"}', '"cause" is missing'],
    [text.replace('"id"', '"name"'), '"id" is missing'],
    [text.replace('"updates"', '"update"'), '"updates" is missing'],
    [text.replace('"Container"', '"Name"'), `"updates" of ${id}: "Container" is missing`],
    [
      text.replace('"x:2"', '""'),
      `"updates" of ${id}: "Target": parsing "": blank image name: invalid image ID`,
    ],
    [text.replace('"x:1"', 'null'), `"updates" of ${id}: "Current" must be a text`],
    [text.replaceAll(id, '?'), '"updates": parsing ?: invalid service ID'],
    [text.replace(/\[.*?\]/s, '1'), `"updates" of ${id} must be a list`],
    [text.replace(/\[.*?\]/s, '[1]'), `"updates" of ${id} must be an object`],
    [text.replace('"Ann"', '1'), '"cause.User" must be a text'],
    [text.replace('false', '"no"'), '"force" must be true or false'],
  ])('refuses %j: %s', (changed, why) => {
    expect(() => readPlan(changed, 'plan.json')).toThrow(`plan.json is no plan: ${why}`);
  });

  it.each([
    ['the revision', text.replace('33ce4e3', '33ce4e4')],
    ['the author', text.replace('Ann', 'Bob')],
    ['force', text.replace('false', 'true')],
    ['an image', text.replace('x:2', 'x:3')],
    ['a workload', text.replace(id, 'demo:deployment/hallo')],
    ['the id', text.replace(plan.id, plan.id.replace(/^./, 'x'))],
  ])('notices that %s was changed', (_, changed) => {
    expect(() => readPlan(changed, 'plan.json')).toThrow(
      /^plan\.json was changed after it was made: its id is /,
    );
  });
});
