import type { RolloutRecord } from '@fluxctl/shared/api/types';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { decodeNote } from '@fluxctl/shared/updates/update-spec';
import { describe, expect, it } from 'vitest';
import type { Failure } from './judge.ts';
import { type FailedRollout, type HeadDefinition, planRollback, rollbackCause } from './plan-rollback.ts';

const id = parseResourceId('ns:deployment/web');
const record: RolloutRecord = {
  workload: id,
  revision: 'abc',
  images: [
    { Container: 'app', Current: 'q/app:1', Target: 'q/app:2' },
    { Container: 'side', Current: 'q/side:1@sha256:aa', Target: 'q/side:1@sha256:bb' },
  ],
  startedAt: '',
  endedAt: '',
  outcome: 'failed',
  message: '',
  rollback: '',
};
const failure: Failure = {
  outcome: 'failed',
  reason: 'the image cannot be pulled',
  message: 'pod web-a, container app: ErrImagePull',
  containers: ['app'],
  isOfImages: true,
};
const failed: FailedRollout = { id, record, failure, isRollback: false };
const head: HeadDefinition = {
  policies: { rollback: 'true' },
  containers: [
    { name: 'app', image: parseImageRef('q/app:2') },
    { name: 'side', image: parseImageRef('q/side:1@sha256:bb') },
  ],
};
const plan = (
  change: { failed?: Partial<FailedRollout>; head?: Partial<HeadDefinition> | null; readonly?: boolean } = {},
) =>
  planRollback(
    { ...failed, ...change.failed },
    change.head === null ? undefined : { ...head, ...change.head },
    { readonly: change.readonly ?? false },
  );

describe('planRollback', () => {
  it('brings back all images that the commit changed, and holds the tag of those that failed', () => {
    expect(plan()).toEqual({
      kind: 'update',
      spec: {
        type: 'containers',
        cause: {
          Message:
            'Roll back q/app:2, q/side:1@sha256:bb of ns:deployment/web: the image cannot be pulled\n\npod web-a, container app: ErrImagePull\n',
          User: '',
        },
        spec: {
          Kind: 'execute',
          ContainerSpecs: {
            [id]: [
              { Container: 'app', Current: 'q/app:2', Target: 'q/app:1' },
              { Container: 'side', Current: 'q/side:1@sha256:bb', Target: 'q/side:1@sha256:aa' },
            ],
          },
          SkipMismatches: false,
          Force: false,
          Holds: { [id]: { app: '2' } },
        },
      },
    });
  });

  it('holds nothing where there is no tag to hold', () => {
    const images = [{ Container: 'app', Current: 'q/app:1', Target: 'q/app' }];
    const containers = [{ name: 'app', image: parseImageRef('q/app') }];
    const untagged = plan({ failed: { record: { ...record, images } }, head: { containers } });
    expect(untagged).toMatchObject({ kind: 'update', spec: { spec: { Holds: { [id]: {} } } } });
  });

  it('is made in a freeze too: it repairs', () => {
    const frozen = { rollback: 'true', freeze: '00:00-24:00', automated: 'true' };
    expect(plan({ head: { policies: frozen } }).kind).toBe('update');
  });

  it.each<[string, Parameters<typeof plan>[0]]>([
    ['git does not ask for it', { head: { policies: {} } }],
    ['git says no', { head: { policies: { rollback: 'false' } } }],
    ['the annotation is nonsense', { head: { policies: { rollback: 'yes' } } }],
    ['git no longer defines the workload', { head: null }],
  ])('is unwanted when %s', (_, change) => {
    expect(plan(change)).toEqual({ kind: 'unwanted' });
  });

  it.each<[string, Parameters<typeof plan>[0]]>([
    ['it was a rollback itself', { failed: { isRollback: true } }],
    ['the daemon may not write to git', { readonly: true }],
    ['the workload is locked', { head: { policies: { rollback: 'true', locked: 'true' } } }],
    [
      'its manifest says fluxcd.io/ignore: "true"',
      { head: { policies: { rollback: 'true', ignore: 'true' } } },
    ],
    ['other images would find no room either', { failed: { failure: { ...failure, isOfImages: false } } }],
    [
      'git has other images by now',
      {
        head: { containers: [{ name: 'app', image: parseImageRef('q/app:3') }, ...head.containers.slice(1)] },
      },
    ],
  ])('is refused: %s', (why, change) => {
    expect(plan(change)).toEqual({ kind: 'refused', why });
  });
});

describe('rollbackCause', () => {
  const note = (type: string, spec: object) =>
    JSON.stringify({
      jobID: 'x',
      spec: { type, cause: { Message: 'Roll back a\n\nb', User: '' }, spec },
      result: {},
    });
  it.each<[string, string, string | undefined]>([
    ['a rollback', note('containers', { Holds: { [id]: { app: '2' } } }), 'Roll back a'],
    ['a rollback of another workload', note('containers', { Holds: { 'ns:deployment/x': {} } }), undefined],
    ['a release by hand', note('containers', {}), undefined],
    ['an automated one', note('auto', { Holds: { [id]: {} } }), undefined],
    ['a commit without a note', '', undefined],
    ['what somebody else wrote', 'Reviewed-by: Sam', undefined],
  ])('of %s', (_, text, cause) => {
    expect(rollbackCause(decodeNote(text), id)).toBe(cause);
  });
});
