import { lstat, mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DataObject, Volume } from '../objects.ts';
import { type VolumeSources, volumeContent } from './volume-files.ts';
import { writeVolume } from './write-volume.ts';

const data = (entries: Record<string, string>): DataObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name: 'any' },
  data: entries,
});
const sources: VolumeSources = {
  pod: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'demo' },
    spec: { containers: [] },
  },
  podIp: '10.244.0.3',
  hostIp: '127.0.0.1',
  token: 'TOKEN',
  ca: 'CA',
  secret: (name) => (name === 'key' ? data({ identity: 'cHJpdmF0ZQ==', other: 'eA==' }) : undefined),
  configMap: (name) => (name === 'settings' ? data({ 'a.conf': 'a = 1' }) : undefined),
};

describe('volumeContent', () => {
  it.each<{ because: string; volume: Omit<Volume, 'name'>; files: [string, string, number][] }>([
    {
      because: 'a Secret is decoded and has the mode that was asked for',
      volume: { secret: { secretName: 'key', defaultMode: 0o400 } },
      files: [
        ['identity', 'private', 0o400],
        ['other', 'x', 0o400],
      ],
    },
    {
      because: 'chosen keys get other names and modes',
      volume: { secret: { secretName: 'key', items: [{ key: 'identity', path: 'ssh/id', mode: 0o440 }] } },
      files: [['ssh/id', 'private', 0o440]],
    },
    {
      because: 'a ConfigMap is plain text',
      volume: { configMap: { name: 'settings' } },
      files: [['a.conf', 'a = 1', 0o644]],
    },
    {
      because: 'a projected volume joins several sources',
      volume: {
        projected: {
          sources: [
            { configMap: { name: 'settings' } },
            { serviceAccountToken: { path: 'token' } },
            { downwardAPI: { items: [{ path: 'ns', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
          ],
        },
      },
      files: [
        ['a.conf', 'a = 1', 0o644],
        ['token', 'TOKEN', 0o644],
        ['ns', 'demo', 0o644],
      ],
    },
    {
      because: 'what is optional may be missing',
      volume: { secret: { secretName: 'none', optional: true } },
      files: [],
    },
  ])('$because', ({ volume, files }) => {
    const content = volumeContent({ name: 'v', ...volume }, sources);
    const found = content.kind === 'files' ? content.files : [];
    expect(found.map(({ path, content: text, mode }) => [path, text.toString(), mode])).toEqual(files);
  });

  it.each<{ message: string; volume: Omit<Volume, 'name'> }>([
    { message: 'secret "none" not found', volume: { secret: { secretName: 'none' } } },
    { message: 'configmap "none" not found', volume: { configMap: { name: 'none' } } },
    {
      message: 'references non-existent secret key: k',
      volume: { secret: { secretName: 'key', items: [{ key: 'k', path: 'k' }] } },
    },
  ])('says: $message', ({ volume, message }) => {
    expect(volumeContent({ name: 'v', ...volume }, sources)).toEqual({ kind: 'incomplete', message });
  });
});

describe('writeVolume', () => {
  it('changes all files at one instant and forgets those that are gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'volume-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = (path: string, text: string) => ({ path, content: Buffer.from(text), mode: 0o400 });
    await writeVolume(folder, [file('identity', 'old'), file('gone', 'x')], 'first');
    await writeVolume(folder, [file('identity', 'new'), file('sub/deep', 'y')], 'second');

    expect(await readFile(join(folder, 'identity'), 'utf8')).toBe('new');
    expect(await readFile(join(folder, 'sub/deep'), 'utf8')).toBe('y');
    expect((await stat(join(folder, 'identity'))).mode & 0o777).toBe(0o400);
    expect((await lstat(join(folder, 'identity'))).isSymbolicLink()).toBe(true);
    expect(await readlink(join(folder, '..data'))).toBe('..second');
    expect((await readdir(folder)).sort()).toEqual(['..data', '..second', 'identity', 'sub']);
  });
});
