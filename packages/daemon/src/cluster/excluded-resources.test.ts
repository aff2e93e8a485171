import { expect, it } from 'vitest';
import { excludedByDefault, excludes } from './excluded-resources.ts';

it.each([
  { apiVersion: 'v1', kind: 'Event', excluded: true },
  { apiVersion: 'v1', kind: 'EventSource', excluded: false },
  { apiVersion: 'custom.metrics.k8s.io/v1beta1', kind: 'Any', excluded: true },
  { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', excluded: true },
  { apiVersion: 'webhook.certmanager.k8s.io/v1beta1', kind: 'Any', excluded: true },
  { apiVersion: 'apps/v1', kind: 'Deployment', excluded: false },
])('[daemon 19] leaves out by default: $apiVersion/$kind $excluded', ({ apiVersion, kind, excluded }) => {
  const served = { apiVersion, kind, group: '', plural: '', namespaced: true, verbs: [] };
  expect(excludes(excludedByDefault, served)).toBe(excluded);
});

it('takes a dot for a dot', () => {
  const served = { apiVersion: 'axb/v1', kind: 'C', group: 'axb', plural: 'cs', namespaced: true, verbs: [] };
  expect(excludes(['a.b/*'], served)).toBe(false);
});
