import { expect, it } from 'vitest';
import { parseKubePath } from './kube-path.ts';

const none = { namespace: undefined, name: undefined, subresource: undefined, rest: '' };

it.each([
  { path: '/api/v1/pods', resource: { ...none, apiVersion: 'v1', plural: 'pods' } },
  { path: '/api/v1/namespaces', resource: { ...none, apiVersion: 'v1', plural: 'namespaces' } },
  { path: '/api/v1/namespaces/a', resource: { ...none, apiVersion: 'v1', plural: 'namespaces', name: 'a' } },
  {
    path: '/api/v1/namespaces/a/finalize',
    resource: { ...none, apiVersion: 'v1', plural: 'namespaces', name: 'a', subresource: 'finalize' },
  },
  {
    path: '/api/v1/namespaces/a/pods',
    resource: { ...none, apiVersion: 'v1', namespace: 'a', plural: 'pods' },
  },
  {
    path: '/apis/apps/v1/namespaces/a/deployments/b/scale',
    resource: {
      ...none,
      apiVersion: 'apps/v1',
      namespace: 'a',
      plural: 'deployments',
      name: 'b',
      subresource: 'scale',
    },
  },
  {
    path: '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    resource: {
      ...none,
      apiVersion: 'rbac.authorization.k8s.io/v1',
      plural: 'clusterroles',
      name: 'system:node',
    },
  },
])('reads $path', ({ path, resource }) => {
  expect(parseKubePath(path)).toEqual({ type: 'resource', resource });
});

it.each(['/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1'])('takes %s for discovery', (path) => {
  expect(parseKubePath(path).type).toBe('discovery');
});

it('leaves other paths alone', () => {
  expect(parseKubePath('/metrics')).toEqual({ type: 'other' });
});
