import type { Controller } from './controller.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const name = 'kube-root-ca.crt';

/** Tells every namespace how to trust the API server, in a ConfigMap. @param ca - PEM */
export function rootCertificateController(ca: string): Controller {
  return {
    name: 'root-ca-certificate-publisher-controller',
    kind: { apiVersion: 'v1', kind: 'Namespace' },
    watches: [
      {
        kind: configMap,
        concerns: ({ metadata }) =>
          metadata.name === name ? [{ namespace: undefined, name: metadata.namespace ?? '' }] : [],
      },
    ],
    decide({ name: namespace }, object, view) {
      if (object === undefined || object.metadata.deletionTimestamp !== undefined) return { changes: [] };
      if (view.get(configMap, namespace, name) !== undefined) return { changes: [] };
      const data = { 'ca.crt': ca };
      return { changes: [{ act: 'create', object: { ...configMap, metadata: { name, namespace }, data } }] };
    },
  };
}
