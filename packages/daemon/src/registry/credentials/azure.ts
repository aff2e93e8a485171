import { ServerError } from '@fluxctl/shared/errors';
import type { LoginProvider } from './login-provider.ts';
import { Login } from './logins.ts';

/** Where a node of Azure keeps its cloud's settings, mounted into the pod. */
export const azureSettings = '/etc/kubernetes/azure.json';

export function isAzureHost(host: string): boolean {
  return ['.azurecr.io', '.azurecr.cn', '.azurecr.de', '.azurecr.us'].some((end) => host.endsWith(end));
}

/** Logs in as the cluster's service principal. */
export function createAzureProvider(readSettings: () => Promise<string>): LoginProvider {
  return {
    serves: isAzureHost,
    async login() {
      const { aadClientId, aadClientSecret } = await readPrincipal(readSettings);
      if (typeof aadClientId !== 'string' || typeof aadClientSecret !== 'string') {
        throw new ServerError(`${azureSettings} names no aadClientId and aadClientSecret`);
      }
      return new Login(aadClientId, aadClientSecret, azureSettings);
    },
  };
}

async function readPrincipal(readSettings: () => Promise<string>): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readSettings()) as Record<string, unknown>;
  } catch {
    throw new ServerError(`cannot read ${azureSettings}`, {
      help: 'Give fluxd pull secrets for the Azure registry, or mount that file of the nodes.',
    });
  }
}
