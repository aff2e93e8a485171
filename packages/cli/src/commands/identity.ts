import { defineCommand } from './command.ts';

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
  async run({ flags }, { out, connect }) {
    const api = await connect();
    const { publicSSHKey } = await api.gitRepoConfig(flags.regenerate);
    if (!flags.fingerprint && !flags.visual) return out.write(publicSSHKey.key);
    const md5 = publicSSHKey.fingerprints?.md5;
    out.line(md5?.hash ?? '');
    if (flags.visual) out.write(md5?.randomart ?? '');
  },
});
