import type { FlagTable } from '@fluxctl/shared/flags/flag';

/** Flags that every command takes, before or behind its name. */
export const globalFlags = {
  context: {
    type: 'string',
    fallback: '',
    help: 'The kubeconfig context to use; the current one if not given',
  },
  'k8s-fwd-ns': {
    type: 'string',
    fallback: 'default',
    help: 'Namespace of the daemon, for the port-forward (env FLUX_FORWARD_NAMESPACE)',
  },
  'k8s-fwd-labels': {
    type: 'map',
    fallback: 'app=flux',
    help: 'Labels of the daemon, for the port-forward (env FLUX_FORWARD_LABELS)',
  },
  url: {
    type: 'string',
    short: 'u',
    fallback: '',
    help: 'Base URL of the API, as http://127.0.0.1:3030/api/flux; without it a port-forward is made (env FLUX_URL)',
  },
  token: {
    type: 'string',
    short: 't',
    fallback: '',
    help: 'Token for the API (env FLUX_SERVICE_TOKEN)',
  },
  timeout: {
    type: 'duration',
    fallback: '60s',
    help: 'Limit of each phase of waiting (env FLUX_TIMEOUT)',
  },
  help: { type: 'switch', short: 'h', fallback: 'false', help: 'Show help' },
} as const satisfies FlagTable;

export type GlobalFlags = typeof globalFlags;
