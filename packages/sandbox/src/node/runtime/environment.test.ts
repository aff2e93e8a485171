import { describe, expect, it } from 'vitest';
import type { Container, DataObject, Pod } from '../objects.ts';
import { type EnvironmentSources, environmentOf, expand } from './environment.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a-1', namespace: 'demo', labels: { app: 'a' } },
  spec: { containers: [], nodeName: 'sandbox' },
};
const data = (entries: Record<string, string>): DataObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name: 'any' },
  data: entries,
});
const sources: EnvironmentSources = {
  pod,
  podIp: '10.244.0.3',
  hostIp: '127.0.0.1',
  base: { KUBERNETES_SERVICE_HOST: '127.0.0.1' },
  secret: (name) => (name === 'login' ? data({ user: 'c2Ft' }) : undefined),
  configMap: (name) => (name === 'settings' ? data({ level: 'debug' }) : undefined),
};
const container = (extra: Partial<Container>): Container => ({ name: 'c', image: 'x', ...extra });

describe('environmentOf', () => {
  it.each<{ because: string; given: Partial<Container>; env: Record<string, string> }>([
    {
      because: 'earlier variables are filled into later ones',
      given: {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)$(C)$$(A)' },
          { name: 'C', value: '3' },
        ],
      },
      env: { A: '1', B: '1$(C)$(A)', C: '3' },
    },
    {
      because: 'secrets are decoded, config is not',
      given: {
        env: [
          { name: 'USER', valueFrom: { secretKeyRef: { name: 'login', key: 'user' } } },
          { name: 'LEVEL', valueFrom: { configMapKeyRef: { name: 'settings', key: 'level' } } },
        ],
      },
      env: { USER: 'sam', LEVEL: 'debug' },
    },
    {
      because: 'whole objects are taken, with a prefix',
      given: {
        envFrom: [{ prefix: 'S_', secretRef: { name: 'login' } }, { configMapRef: { name: 'settings' } }],
      },
      env: { S_user: 'sam', level: 'debug' },
    },
    {
      because: 'the pod tells about itself',
      given: {
        env: ['metadata.name', "metadata.labels['app']", 'status.podIP', 'spec.serviceAccountName'].map(
          (fieldPath, index) => ({ name: `F${index}`, valueFrom: { fieldRef: { fieldPath } } }),
        ),
      },
      env: { F0: 'a-1', F1: 'a', F2: '10.244.0.3', F3: 'default' },
    },
    {
      because: 'what is optional may be missing',
      given: {
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'k', optional: true } } }],
      },
      env: {},
    },
  ])('$because', ({ given, env }) => {
    const result = environmentOf(container(given), sources);
    expect(result).toEqual({ kind: 'ready', env: { ...sources.base, ...env } });
  });

  it.each([
    { ref: { name: 'none', key: 'k' }, message: 'secret "none" not found' },
    { ref: { name: 'login', key: 'k' }, message: "couldn't find key k in Secret demo/login" },
  ])('says: $message', ({ ref, message }) => {
    const result = environmentOf(
      container({ env: [{ name: 'A', valueFrom: { secretKeyRef: ref } }] }),
      sources,
    );
    expect(result).toEqual({ kind: 'incomplete', message });
  });
});

describe('expand', () => {
  it.each([
    ['--url=$(URL)', '--url=ssh://x'],
    ['$(NOBODY)', '$(NOBODY)'],
    ['$$(URL)', '$(URL)'],
    ['cost: $5', 'cost: $5'],
  ])('%s becomes %s', (text, expected) => {
    expect(expand(text, { URL: 'ssh://x' })).toBe(expected);
  });
});
