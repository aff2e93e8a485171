import type { ApiClient } from '@fluxctl/shared/api/client';
import type { GitConfig } from '@fluxctl/shared/api/types';
import { type Pace, poll, TimeoutError } from '../wait/poll.ts';
import { type CommandContext, defineCommand } from './command.ts';

/** A daemon that has just started may still be making its key; a large one takes a few seconds. */
const keyPace: Pace = { firstMs: 200, maxMs: 1_000 };
const keyLimitMs = 15_000;

export const identityCommand = defineCommand({
  name: 'identity',
  summary: 'Show the public SSH key of the daemon',
  details: 'Give this key, with write access, to the git host, so that the daemon can follow the repository.',
  examples: ['fluxctl identity --k8s-fwd-ns=flux', 'fluxctl identity --regenerate'],
  flags: {
    regenerate: {
      type: 'switch',
      short: 'r',
      fallback: 'false',
      help: 'Make a new key first; the old one stops to work',
    },
    fingerprint: {
      type: 'switch',
      short: 'l',
      fallback: 'false',
      help: 'Show the fingerprint of the key instead of the key',
    },
    visual: {
      type: 'switch',
      short: 'v',
      fallback: 'false',
      help: 'Show the fingerprint and a picture made of it (implies --fingerprint)',
    },
  },
  async run({ flags }, context) {
    const { out, connect } = context;
    const api = await connect();
    const first = await api.gitRepoConfig(flags.regenerate);
    const { publicSSHKey } = mayGetKey(first) ? await waitForKey(api, first, context) : first;
    if (!flags.fingerprint && !flags.visual) return out.write(publicSSHKey.key);
    const md5 = publicSSHKey.fingerprints?.md5;
    out.line(md5?.hash ?? '');
    if (flags.visual) out.write(md5?.randomart ?? '');
  },
});

/** Not with a repository over HTTPS, nor where the daemon gets along without a key of its own. */
function mayGetKey({ publicSSHKey, remote, status }: GitConfig): boolean {
  return publicSSHKey.key === '' && remote.url.startsWith('ssh:') && status !== 'ready';
}

/** @returns the last answer, with a key or without */
async function waitForKey(
  api: ApiClient,
  first: GitConfig,
  { err, signal, timeoutMs }: CommandContext,
): Promise<GitConfig> {
  let last = first;
  const limits = { pace: keyPace, timeoutMs: Math.min(timeoutMs(), keyLimitMs), signal };
  try {
    return await err.whileWaiting('waiting for the daemon to make its key', () =>
      poll(limits, async () => {
        last = await api.gitRepoConfig(false);
        return mayGetKey(last) ? undefined : last;
      }),
    );
  } catch (error) {
    if (error instanceof TimeoutError) return last;
    throw error;
  }
}
