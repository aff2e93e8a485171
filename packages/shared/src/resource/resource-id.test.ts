import { describe, expect, it } from 'vitest';
import { parseResourceId, parseResourceIdWithDefault, resourceId, resourceIdParts } from './resource-id.ts';

describe('parseResourceId', () => {
  it.each([
    { text: 'name-space:ki_nd/punc_tu:a.tion-rules', parts: ['name-space', 'ki_nd', 'punc_tu:a.tion-rules'] },
    { text: '<cluster>:namespace/foo', parts: ['<cluster>', 'namespace', 'foo'] },
    { text: 'ns/name', parts: ['ns', 'service', 'name'] },
    { text: 'default:Deployment/App', parts: ['default', 'deployment', 'App'] },
  ])('[manifests R6] takes $text', ({ text, parts: [namespace, kind, name] }) => {
    expect(resourceIdParts(parseResourceId(text))).toEqual({ namespace, kind, name });
  });

  it.each(['justname', 'name.space:kind/name', 'namespace:kind:name', '', 'ns/na.me'])(
    '[manifests R7] refuses "%s"',
    (text) => {
      expect(() => parseResourceId(text)).toThrow(`parsing ${text}: invalid service ID`);
    },
  );

  it('leaves the legacy form as it is written', () => {
    expect(parseResourceId('ns/name')).toBe('ns/name');
  });

  it('writes the kind in lower case', () => {
    expect(parseResourceId('default:Deployment/app')).toBe('default:deployment/app');
  });
});

describe('parseResourceIdWithDefault', () => {
  it('puts kind/name into the namespace given', () => {
    expect(parseResourceIdWithDefault('demo', 'deployment/app')).toBe('demo:deployment/app');
    expect(parseResourceIdWithDefault('demo', 'other:deployment/app')).toBe('other:deployment/app');
  });

  it('refuses what is neither', () => {
    expect(() => parseResourceIdWithDefault('demo', 'app')).toThrow('parsing app: invalid service ID');
  });
});

it('names objects without a namespace by the cluster', () => {
  expect(resourceId(undefined, 'Namespace', 'demo')).toBe('<cluster>:namespace/demo');
  expect(resourceId('', 'Namespace', 'demo')).toBe('<cluster>:namespace/demo');
});
