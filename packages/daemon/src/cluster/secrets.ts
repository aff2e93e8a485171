import type { JsonObject } from '@fluxctl/shared/kube-object';
import { isStatus } from './api-error.ts';
import type { SecretStore } from './cluster.ts';
import type { KubeClient } from './kube-client.ts';
import { type RetryPorts, withRetries } from './retry.ts';

/** The secrets of one namespace, read and written when asked. */
export function createSecretStore(client: KubeClient, namespace: string, retry: RetryPorts): SecretStore {
  const path = (name: string): string =>
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;

  return {
    async get(name, signal) {
      try {
        const ask = () => client.request({ method: 'GET', path: path(name) }, signal);
        const { body } = await withRetries(ask, retry, signal);
        const secret = body as {
          data?: Record<string, string>;
          metadata?: { annotations?: Record<string, string> };
        };
        const data = Object.entries(secret.data ?? {}).map(
          ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
        );
        return { data: new Map(data), annotations: secret.metadata?.annotations ?? {} };
      } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
      }
    },
    async patch(name, { data, annotations }, signal) {
      const body: JsonObject = {};
      if (annotations) body['metadata'] = { annotations: { ...annotations } };
      if (data) {
        body['data'] = Object.fromEntries(
          Object.entries(data).map(([key, bytes]) => [key, bytes.toString('base64')]),
        );
      }
      const contentType = 'application/strategic-merge-patch+json';
      const query = { fieldManager: 'fluxd' };
      const write = () =>
        client.request({ method: 'PATCH', path: path(name), query, contentType, body }, signal);
      await withRetries(write, retry, signal);
    },
  };
}
