import { stripVTControlCharacters } from 'node:util';
import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { describe, expect, it } from 'vitest';
import { resultsTable } from './results-table.ts';

const lines = (...texts: string[]): string => texts.map((line) => `${line}\n`).join('');

const greeter = {
  Container: 'helloworld',
  Current: 'quay.io/weaveworks/helloworld:master-a000002',
  Target: 'quay.io/weaveworks/helloworld:master-a000001',
};

const all: Readonly<Record<string, WorkloadResult>> = {
  'b:deployment/skipped': { Status: 'skipped', Error: 'locked', PerContainer: null },
  'b:deployment/ignored': { Status: 'ignored', Error: 'does not use image(s)', PerContainer: null },
  'a:deployment/unknown': { Status: 'unknown', PerContainer: [] },
  'b:deployment/failed': { Status: 'failed', Error: 'boom', PerContainer: null },
};

describe('resultsTable', () => {
  it('begins with headings that have spaces of their own', () => {
    expect(resultsTable({}, { verbosity: 0 })).toBe('WORKLOAD   STATUS   UPDATES\n');
  });

  it('puts the error first and updates on lines of their own, as the reference has it', () => {
    const result = {
      'default/helloworld': { Status: 'success', Error: 'test error', PerContainer: [greeter] },
    };
    expect(resultsTable(result as Record<string, WorkloadResult>, { verbosity: 0 })).toBe(
      lines(
        'WORKLOAD            STATUS   UPDATES',
        'default/helloworld  success  test error',
        '                             helloworld: quay.io/weaveworks/helloworld:master-a000002 -> master-a000001',
      ),
    );
  });

  it.each([
    { verbosity: 0, shown: ['a:deployment/unknown', 'b:deployment/failed'] },
    { verbosity: 1, shown: ['a:deployment/unknown', 'b:deployment/failed', 'b:deployment/skipped'] },
    {
      verbosity: 2,
      shown: ['a:deployment/unknown', 'b:deployment/failed', 'b:deployment/ignored', 'b:deployment/skipped'],
    },
  ])('shows with $verbosity times -v $shown.length workloads, by their ids', ({ verbosity, shown }) => {
    const [, ...rows] = resultsTable(all, { verbosity }).trimEnd().split('\n');
    expect(rows.map((row) => row.split(' ')[0])).toEqual(shown);
  });

  const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
  it.each([
    { Current: 'x:1', Target: 'x:2', text: 'x:1 -> 2' },
    { Current: 'x', Target: 'x:2', text: 'x -> 2' },
    { Current: `x@sha256:${one}`, Target: 'x:2', text: `x@sha256:${one} -> 2` },
    {
      Current: `r.io/x:1@sha256:${one}`,
      Target: `r.io/x:1@sha256:${two}`,
      text: 'r.io/x:1@sha256:111111111111 -> 1@sha256:222222222222',
    },
    { Current: '', Target: 'x:2', text: ' -> 2' },
  ])('writes an update as $text', ({ Current, Target, text }) => {
    const result: Record<string, WorkloadResult> = {
      'a:b/c': { Status: 'success', PerContainer: [{ Container: 'c', Current, Target }] },
    };
    expect(resultsTable(result, { verbosity: 0 })).toContain(`a:b/c      success  c: ${text}\n`);
  });

  it('is as wide in colours as without', () => {
    const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
    const paint = { bad: red, doubtful: red, good: red, heading: red, faint: red };
    const coloured = resultsTable(all, { verbosity: 2, paint });
    expect(coloured).toContain(red('boom'));
    expect(stripVTControlCharacters(coloured)).toBe(resultsTable(all, { verbosity: 2 }));
  });
});
