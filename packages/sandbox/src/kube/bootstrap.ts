import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { KubeClient } from './resources/client.ts';

const rbac = 'rbac.authorization.k8s.io';
const defaults = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

/** What every cluster has from its first moment. */
const firstObjects: readonly JsonObject[] = [
  ...['default', 'kube-node-lease', 'kube-public', 'kube-system'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      namespace: 'default',
      name: 'kubernetes',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: { clusterIP: '10.0.0.1', ports: [{ name: 'https', port: 443, targetPort: 6443 }] },
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'cluster-admin', labels: defaults },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'cluster-admin', labels: defaults },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: 'system:masters' }],
  },
  ...Object.entries({ 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 }).map(
    ([name, value]) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
    }),
  ),
];

/** Fills an empty store. */
export function createFirstObjects(client: KubeClient): void {
  for (const object of firstObjects) client.create(object);
}
