import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { knownHostsText, publishedHostKeys } from './published-host-keys.ts';

/** As the providers publish them. */
const fingerprints: Record<string, readonly string[]> = {
  'github.com': [
    '+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    'p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM',
    'uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s',
  ],
  'gitlab.com': [
    'eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8',
    'HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw',
    'ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ',
  ],
  'bitbucket.org': [
    'ybgmFkzwOSotHTHLJgHO0QN8L0xErw6vd0VhFA9m3SM',
    'FC73VB6C4OQLSCrjEayhMp9UMxS97caD/Yyi2bhW/J0',
    '46OSHA1Rmj8E8ERTC6xkNcmGOw9oFxYr0WF6zWW8l1E',
  ],
  'ssh.dev.azure.com': ['ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og'],
  'vs-ssh.visualstudio.com': ['ohD8VZEXGWo6Ez8GSEJQ9WpafgLFsOfLOtGGQCQo6Og'],
};

it.each(Object.keys(fingerprints))('the host keys of %s have their published fingerprints', (host) => {
  const lines = knownHostsText(publishedHostKeys)
    .split('\n')
    .filter((line) => line.split(' ')[0]?.split(',').includes(host));
  const seen = lines.map((line) => {
    const [, , key = ''] = line.split(' ');
    return createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');
  });
  expect(seen).toEqual(fingerprints[host]);
});
