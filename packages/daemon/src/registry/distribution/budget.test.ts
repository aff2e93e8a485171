import { describe, expect, it } from 'vitest';
import { createHostBudget } from './budget.ts';
import { RateLimitedError } from './registry-error.ts';

const signal = AbortSignal.timeout(10_000);
const calm = 1_200_000;

function budget(rps = 50, burst = 10) {
  const clock = { at: 1_000_000 };
  return { clock, host: createHostBudget('quay.io', { rps, burst }, () => clock.at) };
}

describe('a host’s budget', () => {
  it('halves once for all refusals of a while, and never below a request in ten seconds', () => {
    const { host } = budget(1);
    host.reduce();
    expect(host.rate()).toBe(1);
    for (const expected of [0.5, 0.25, 0.125, 0.1, 0.1]) {
      host.refused(0);
      host.refused(0);
      host.reduce();
      host.reduce();
      expect(host.rate()).toBe(expected);
    }
  });

  it('grows again by half, twenty minutes after the last reduction, up to what is allowed', () => {
    const { clock, host } = budget(50);
    host.refused(0);
    host.reduce();
    clock.at += calm - 1;
    host.grow();
    expect(host.rate()).toBe(25);
    clock.at += 1;
    host.grow();
    expect(host.rate()).toBe(37.5);
    host.grow();
    expect(host.rate()).toBe(50);
  });

  it('leaves the host alone for as long as it asks', async () => {
    const { clock, host } = budget();
    host.refused(60_000);
    const request = () => Promise.resolve('answer');
    await expect(host.spend(request, signal)).rejects.toThrow(RateLimitedError);
    clock.at += 60_000;
    expect(await host.spend(request, signal)).toBe('answer');
  });

  it('waits longer each time when the host does not say for how long', () => {
    const { clock, host } = budget();
    const pauses = [1, 2, 3].map(() => {
      host.refused(undefined);
      return host.pausedUntil() - clock.at;
    });
    expect(pauses).toEqual([1000, 2000, 4000]);
  });

  it('lets so many run at once, and lets go whoever does not want to wait any more', async () => {
    const { host } = budget(50, 2);
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = new AbortController();
    let running = 0;
    const request = async () => {
      running += 1;
      await promise;
    };
    const first = [host.spend(request, signal), host.spend(request, signal)];
    const impatient = host.spend(request, stop.signal);
    const patient = host.spend(request, signal);
    stop.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    expect(running).toBe(2);
    resolve();
    await Promise.all([...first, patient]);
    expect(running).toBe(3);
  });
});
