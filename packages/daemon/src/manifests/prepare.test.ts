import type { JsonObject } from '@fluxctl/shared/kube-object';
import { describe, expect, it } from 'vitest';
import { prepareBody } from './prepare.ts';

const place = { namespace: 'demo', mark: 'sha256.mark', checksum: 'abc' };
const marks = {
  labels: { 'fluxcd.io/sync-gc-mark': 'sha256.mark' },
  annotations: { 'fluxcd.io/sync-checksum': 'abc' },
};

describe('prepareBody', () => {
  it('fills in namespace, mark and checksum', () => {
    expect(
      prepareBody(
        { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', labels: { app: 'a' } } },
        place,
      ),
    ).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'a',
        namespace: 'demo',
        labels: { app: 'a', ...marks.labels },
        annotations: marks.annotations,
      },
    });
  });

  it('writes over stale marks of a manifest that was exported from a cluster (Flux v1 kept them)', () => {
    const exported: JsonObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'a',
        namespace: 'demo',
        labels: { 'fluxcd.io/sync-gc-mark': 'sha256.stale' },
        annotations: { 'fluxcd.io/sync-checksum': 'stale' },
        creationTimestamp: '2020-01-23T12:08:04Z',
        generation: 3,
        managedFields: [{ manager: 'kubectl' }],
        resourceVersion: '42',
        selfLink: '/api/v1/namespaces/demo/services/a',
        uid: '5a2b9c1e-77d0-6f6e-0c1d-2f0b6d0f9c11',
      },
      status: { loadBalancer: {} },
    };
    expect(prepareBody(exported, place)).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'a', namespace: 'demo', ...marks },
    });
  });

  it('drops the namespace of a cluster-scoped object', () => {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', namespace: 'spurious' } };
    expect(prepareBody(body, { ...place, namespace: undefined }).metadata).toEqual({
      name: 'a',
      ...marks,
    });
  });

  it('makes labels and annotations where they are null', () => {
    const body = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'a', labels: null, annotations: null },
    };
    expect(prepareBody(body, place).metadata).toEqual({ name: 'a', namespace: 'demo', ...marks });
  });

  it('drops nulls, which would take the field from an autoscaler', () => {
    const body = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec: {
        replicas: null,
        template: {
          metadata: { creationTimestamp: null },
          spec: {
            containers: [{ name: 'a', resources: null, args: ['x', null] }],
            nodeSelector: { disk: null },
          },
        },
      },
    };
    expect(prepareBody(body, place).spec).toEqual({
      template: {
        metadata: {},
        spec: { containers: [{ name: 'a', args: ['x', null] }], nodeSelector: { disk: '' } },
      },
    });
  });

  it('reads a null in a ConfigMap as the empty string, as the API server does', () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: null, b: 'x' } };
    expect(prepareBody(body, place).data).toEqual({ a: '', b: 'x' });
  });

  it('keeps the nulls of custom resources, where they may mean something', () => {
    const body = {
      apiVersion: 'helm.fluxcd.io/v1',
      kind: 'HelmRelease',
      metadata: { name: 'a', annotations: { x: null } },
      spec: { values: { ingress: null } },
    };
    const prepared = prepareBody(body, place);
    expect(prepared.spec).toEqual({ values: { ingress: null } });
    expect(prepared.metadata).toMatchObject({ annotations: { x: '' } });
  });

  it("turns a Secret's stringData into data, over keys of the same name", () => {
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
      data: { kept: 'a2VwdA==', both: 'b2xk' },
      stringData: { both: 'new', plain: 'päss', empty: null },
    };
    const prepared = prepareBody(body, place);
    expect(prepared.data).toEqual({ kept: 'a2VwdA==', both: 'bmV3', plain: 'cMOkc3M=', empty: '' });
    expect(prepared).not.toHaveProperty('stringData');
  });

  it('leaves stringData that is no text to be refused by the API server', () => {
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
      stringData: { port: 80, a: 'x' },
    };
    expect(prepareBody(body, place)).toMatchObject({ stringData: { port: 80 }, data: { a: 'eA==' } });
  });
});
