import { describe, expect, it } from 'vitest';
import { isLoopback, judge, type Trust } from './trust.ts';

const caller = { remoteAddress: '10.1.2.3', host: 'flux.flux:3030', open: false } as const;
const nobody = { origin: undefined, authorization: undefined };

describe('judge', () => {
  it.each<[Trust, string, boolean]>([
    ['none', '127.0.0.1', false],
    ['none', '10.1.2.3', false],
    ['loopback', '127.0.0.1', true],
    ['loopback', '::1', true],
    ['loopback', '::ffff:127.0.0.1', true],
    ['loopback', '10.1.2.3', false],
    ['all', '10.1.2.3', true],
  ])('with --api-trust=%s a caller from %s is let in: %s', (trust, remoteAddress, allowed) => {
    const rules = { trust, tokens: () => [], namespace: 'flux' };
    expect(judge({ ...caller, ...nobody, remoteAddress }, rules).allowed).toBe(allowed);
  });

  it.each([
    ['127.0.0.1:3030', true],
    ['[::1]:3030', true],
    ['localhost', true],
    ['flux', true],
    ['flux.flux:3030', true],
    ['flux.flux.svc', true],
    ['flux.flux.svc.cluster.local:3030', true],
    ['flux.other:3030', false],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['', false],
    ['a b', false],
  ])('calls %j a name of its own: %s', (host, allowed) => {
    const rules = { trust: 'all', tokens: () => [], namespace: 'flux' } as const;
    expect(judge({ ...caller, ...nobody, host }, rules).allowed).toBe(allowed);
  });
});

it.each([
  ['127.0.0.6', true],
  ['::1', true],
  ['::ffff:10.0.0.1', false],
  ['128.0.0.1', false],
  ['', false],
])('isLoopback(%j) is %s', (address, loopback) => {
  expect(isLoopback(address)).toBe(loopback);
});
