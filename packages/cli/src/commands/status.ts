import type { ApiClient } from '@fluxctl/shared/api/client';
import type { DaemonStatus } from '@fluxctl/shared/api/types';
import { defineCommand } from './command.ts';
import { checkFormat, formatFlag, outputFormats } from './listing-flags.ts';

export const statusCommand = defineCommand({
  name: 'status',
  summary: 'Show what the daemon follows, what it has applied, and what fails',
  examples: ['fluxctl status --k8s-fwd-ns=flux', 'fluxctl status -o json'],
  flags: {
    all: {
      type: 'switch',
      short: 'a',
      fallback: 'false',
      help: 'Show every object of the last pass, and every rollout, not only what failed or is under way',
    },
    ...formatFlag,
  },
  async run({ flags }, { out, connect }) {
    const format = checkFormat(flags['output-format'], outputFormats);
    const api = await connect();
    const status = (await api.status({ all: flags.all })) ?? (await olderStatus(api));
    if (format === 'json') return out.line(JSON.stringify(status));
    const { statusText } = await import('../output/status-text.ts');
    out.write(statusText(status, { paint: await out.paint(), now: Date.now(), all: flags.all }));
  },
});

/** What Flux v1's daemon can say of itself. */
async function olderStatus(api: ApiClient): Promise<DaemonStatus> {
  const { remote, status, errors } = await api.gitRepoConfig(false);
  const paths = remote.path === '' ? [] : remote.path.split(',');
  return {
    version: '',
    sources: [
      {
        name: 'default',
        url: remote.url,
        branch: remote.branch,
        paths,
        state: status,
        error: errors,
        head: '',
        lastPass: null,
        retryAt: '',
        doing: '',
        answeredJobs: [],
      },
    ],
    queue: { length: 0, running: '' },
    rollouts: [],
  };
}
