import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { readPolicies } from '@fluxctl/shared/policy/policies';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import { editFile } from '../manifests/edit/edit-file.ts';
import { policyMessage } from './policy-message.ts';
import { annotationChanges, changeHolds, decodePolicySpec } from './policy-update.ts';

const id = parseResourceId('default:deployment/app');

/** Applies an update of the API to a manifest with such annotations; gives the annotations after it. */
function update(annotations: string, change: { add?: unknown; remove?: unknown }): string {
  const rest = 'spec: {}\n';
  const head = 'kind: Deployment\nmetadata:\n  name: app\n';
  const keys = new Set([...annotations.matchAll(/^ {4}([^\s:]+):/gm)].map((match) => match[1] ?? ''));
  const wanted = decodePolicySpec({ [id]: change }).get(id);
  if (!wanted) throw new Error('no change');
  const target = { kind: 'Deployment', name: 'app', isNamespace: () => true };
  const changes = annotationChanges(id, wanted, ['nginx', 'setup'], keys);
  const edited = editFile(head + annotations + rest, [{ document: 1, target, annotations: changes }]);
  expect(edited.startsWith(head) && edited.endsWith(rest)).toBe(true);
  return edited.slice(head.length, -rest.length);
}

function annotations(...lines: string[]): string {
  return `  annotations:\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

describe('annotationChanges', () => {
  it.each([
    {
      n: '[manifests P1]',
      before: annotations("prometheus.io/scrape: 'false'"),
      change: { add: { automated: 'true' } },
      after: annotations("prometheus.io/scrape: 'false'", "fluxcd.io/automated: 'true'"),
    },
    {
      n: '[manifests P2]',
      before: annotations("flux.weave.works/automated: 'true'"),
      change: { add: ['automated'] },
      after: annotations("flux.weave.works/automated: 'true'"),
    },
    {
      n: '[manifests P3]',
      before: '',
      change: { add: ['automated'], remove: null },
      after: annotations("fluxcd.io/automated: 'true'"),
    },
    {
      n: '[manifests P4]',
      before: annotations("flux.weave.works/automated: 'true'", "other: 'x'"),
      change: { add: ['locked'], remove: ['automated'] },
      after: annotations("other: 'x'", "fluxcd.io/locked: 'true'"),
    },
    { n: '[manifests P5]', before: '', change: { add: ['locked'], remove: ['locked'] }, after: '' },
    {
      n: '[manifests P6]',
      before: annotations('fluxcd.io/automated: true'),
      change: { remove: ['automated'] },
      after: '',
    },
    { n: '[manifests P7]', before: '', change: { remove: ['automated'] }, after: '' },
    {
      n: '[manifests P7]',
      before: annotations('a: b'),
      change: { remove: ['automated'] },
      after: annotations('a: b'),
    },
    {
      n: '[manifests P8]',
      before: annotations('fluxcd.io/locked_msg: |-', '  one', '', '  two'),
      change: { remove: ['locked_msg'] },
      after: '',
    },
    {
      n: '[manifests P9]',
      before: '',
      change: { add: { 'tag.nginx': 'glob:*' } },
      after: annotations('fluxcd.io/tag.nginx: glob:*'),
    },
    {
      n: '[manifests P9]',
      before: '',
      change: { add: { 'tag.nginx': 'foo' } },
      after: annotations('fluxcd.io/tag.nginx: foo'),
    },
    {
      n: '[manifests P9]',
      before: '',
      change: { add: { 'tag.nginx': 'semver:*' } },
      after: annotations('fluxcd.io/tag.nginx: semver:*'),
    },
    {
      n: '[manifests P9]',
      before: '',
      change: { add: { 'tag.nginx': 'regexp:(.*?)' } },
      after: annotations('fluxcd.io/tag.nginx: regexp:(.*?)'),
    },
    {
      n: '[manifests P11]',
      before: annotations('filter.fluxcd.io/nginx: glob:*'),
      change: { add: { 'tag.nginx': 'glob:*' } },
      after: annotations('filter.fluxcd.io/nginx: glob:*'),
    },
    {
      n: '[manifests P12]',
      before: '',
      change: { add: { tag_all: 'semver:*' } },
      after: annotations('fluxcd.io/tag.nginx: semver:*', 'fluxcd.io/tag.setup: semver:*'),
    },
    {
      n: '[manifests P13]',
      before: annotations('fluxcd.io/tag.nginx: x'),
      change: { add: { tag_all: 'glob:*' } },
      after: '',
    },
    {
      n: '[manifests P14]',
      before: '',
      change: { add: { 'tag.nginx': 'semver:>=1.0' } },
      after: annotations('fluxcd.io/tag.nginx: semver:>=1.0'),
    },
  ])('$n $change', ({ before, change, after }) => {
    expect(update(before, change)).toBe(after);
  });

  it('tag_all overrides what the same update says of single containers', () => {
    expect(update('', { add: { tag_all: 'semver:~1', 'tag.nginx': 'glob:x' } })).toBe(
      annotations('fluxcd.io/tag.nginx: semver:~1', 'fluxcd.io/tag.setup: semver:~1'),
    );
  });

  it('takes an empty value for a removal, and a policy away under all its keys (v1 left the second)', () => {
    const both = annotations("fluxcd.io/automated: 'true'", "flux.weave.works/automated: 'true'");
    expect(update(both, { add: { automated: '' } })).toBe('');
  });

  it.each([
    {
      n: '[manifests P10]',
      add: { 'tag.nginx': 'semver:invalid' },
      error: 'invalid tag pattern: "semver:invalid"',
    },
    { n: '[manifests P10]', add: { 'tag.nginx': 'regexp:*' }, error: 'invalid tag pattern: "regexp:*"' },
    { n: '[api 27]', add: { 'tag.greeter': 'semver:zork' }, error: 'invalid tag pattern: "semver:zork"' },
    { n: 'also of all,', add: { tag_all: 'semver:zork' }, error: 'invalid tag pattern: "semver:zork"' },
    { n: 'and of ours,', add: { freeze: 'weekends' }, error: /^invalid policy freeze: [^;]*$/ },
    { n: 'and switches', add: { automated: 'maybe' }, error: 'invalid policy automated: "maybe" is none of' },
    { n: 'and switches', add: { locked: 'yes' }, error: 'invalid policy locked: "yes" is none of' },
    { n: 'and of ours,', add: { 'min-age.nginx': 'soon' }, error: 'invalid policy min-age.nginx: ' },
    { n: 'and of ours,', add: { 'order.nginx': 'zork' }, error: 'invalid policy order.nginx: ' },
    { n: 'and of ours,', add: { rollback: 'yes' }, error: 'invalid policy rollback: ' },
  ])('$n refuses $add', ({ add, error }) => {
    expect(() => update('', { add })).toThrow(error);
  });

  it('refuses what is no workload', () => {
    expect(() => annotationChanges(id, { add: {}, remove: [] }, undefined, new Set())).toThrow(
      'resource default:deployment/app does not have containers',
    );
  });
});

describe('policyMessage', () => {
  const [a, b] = ['default:deployment/a', 'default:deployment/b'];
  it.each([
    { n: '[api 25]', spec: { [a]: { add: ['automated'] } }, message: `Automated: ${a}\n` },
    {
      n: 'deautomated:',
      spec: { [b]: { remove: ['automated'] }, [a]: { remove: ['automated'] } },
      message: `Deautomated: ${a}, ${b}\n`,
    },
    {
      n: 'tags:',
      spec: { [a]: { add: { 'tag.c': 'x', 'tag.d': 'y' } } },
      message: `Updated policies: ${a}\n`,
    },
    {
      n: 'a lock by somebody:',
      spec: { [a]: { add: { locked: 'true', locked_user: 'Ann' } } },
      message: `Updated workload policies\n\n- Locked: ${a}\n- Updated policies: ${a}\n`,
    },
    {
      n: 'several:',
      spec: { [a]: { add: ['automated'], remove: ['locked'] }, [b]: { add: ['locked'] } },
      message: `Updated workload policies\n\n- Automated: ${a}\n- Locked: ${b}\n- Unlocked: ${a}\n`,
    },
    {
      n: 'with a message:',
      spec: { [a]: { add: ['automated'] } },
      cause: 'why',
      message: `why\n\n- Automated: ${a}\n`,
    },
  ])('$n $message', ({ spec, cause = '', message }) => {
    expect(policyMessage(decodePolicySpec(spec), { Message: cause, User: '' })).toBe(message);
  });
});

it('lifts the hold on the tag that is released, and on no other', () => {
  const change = {
    id,
    containers: ['a', 'b', 'c'].map((container) => ({
      container,
      from: parseImageRef('x:1'),
      to: parseImageRef('x:2'),
      liftsHold: container !== 'c',
    })),
  };
  const policies = readPolicies([
    ['fluxcd.io/hold.a', '2'],
    ['fluxcd.io/hold.b', '1,2,3'],
    ['fluxcd.io/hold.c', '9'],
  ]);
  expect(changeHolds(change, policies)).toEqual({ add: { 'hold.b': '1,3' }, remove: ['hold.a'] });
  const holds = new Map([
    ['a', '5'],
    ['c', '9'],
    ['d', '7'],
  ]);
  expect(changeHolds(change, policies, holds)).toEqual({
    add: { 'hold.a': '5', 'hold.b': '1,3', 'hold.d': '7' },
    remove: [],
  });
});
