import { resourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import { gcMark, manifestChecksum, syncSetName } from './mark.ts';

const url = 'ssh://git@github.com/x/flux-demo';

describe('marks', () => {
  const set = syncSetName(url, 'master', []);

  it('[daemon 73] names the set of a source as Flux v1 does', () => {
    expect(set).toBe('UxAKoAhOqbt884NSUri7bGcwweeO4kzHUFgj9oJvUiY');
  });

  it('[daemon 73] joins the paths without a separator', () => {
    expect(syncSetName(url, 'master', ['a', 'b'])).toBe('NFef04MUXNar3imy5_2M9fBewkmqXpbhF1pQvuoZFek');
    expect(syncSetName(url, 'master', ['ab'])).toBe(syncSetName(url, 'master', ['a', 'b']));
  });

  it.each([
    {
      id: resourceId('default', 'Deployment', 'helloworld'),
      mark: 'sha256.PLpT9m2ue1f8ZjpH9VHCvY-or3ck5YsD506IhoNo2qk',
    },
    {
      id: resourceId(undefined, 'Namespace', 'demo'),
      mark: 'sha256.Alh0VVRkgmO1WpeqzoJTq1i41rE93xtQqdnTdDyIm3w',
    },
  ])('[daemon 73] marks $id as Flux v1 does', ({ id, mark }) => {
    expect(gcMark(set, id)).toBe(mark);
  });

  it('[daemon 73] sums up a document as Flux v1 does', () => {
    expect(manifestChecksum('apiVersion: v1\nkind: Namespace\nmetadata:\n  name: demo\n')).toBe(
      '35db65c41bba48ecb02fb665a7416ac1f662be3b',
    );
  });
});
