import { describe, expect, it } from 'vitest';
import { createPace, type Pace } from './pace.ts';

const most = 32;

/** A server that works on so many requests at a time, each for so long; the others queue. */
interface Server {
  readonly atOnce: number;
  readonly ms: number;
}

/** Sends requests as the pace allows. @returns the sizes that it took on */
function send(pace: Pace, requests: number, { atOnce, ms }: Server): number[] {
  const sizes: number[] = [];
  for (let sent = 0; sent < requests; sent += 1) {
    // Of ten requests one is slow, as a webhook looks at it.
    const own = sent % 10 === 0 ? 20 * ms : ms;
    pace.answered(own * Math.max(1, pace.size / atOnce));
    sizes.push(pace.size);
  }
  return sizes;
}

const middle = (sizes: readonly number[]): number =>
  sizes.toSorted((a, b) => a - b)[sizes.length >> 1] ?? Number.NaN;

describe('the pace', () => {
  it.each<{ what: string; server: Server; between: [number, number] }>([
    { what: 'goes to the most while answers stay quick', server: { atOnce: 100, ms: 5 }, between: [32, 32] },
    { what: 'does so over a long way, too', server: { atOnce: 100, ms: 150 }, between: [32, 32] },
    { what: 'stays at what keeps a small server busy', server: { atOnce: 2, ms: 10 }, between: [4, 10] },
    { what: 'stays at what keeps a larger one busy', server: { atOnce: 8, ms: 10 }, between: [16, 24] },
  ])('$what', ({ server, between: [low, high] }) => {
    const pace = createPace(8, most);
    const size = middle(send(pace, 10_000, server).slice(2_000));
    expect(size).toBeGreaterThanOrEqual(low);
    expect(size).toBeLessThanOrEqual(high);
  });

  it('grows quickly: a server far away is not sent a few at a time for long', () => {
    const pace = createPace(8, most);
    send(pace, 150, { atOnce: 100, ms: 150 });
    expect(pace.size).toBe(most);
  });

  it('falls when answers take longer than before, and comes back with them', () => {
    const pace = createPace(8, most);
    send(pace, 500, { atOnce: 100, ms: 10 });
    expect(pace.size).toBe(most);
    send(pace, 300, { atOnce: 100, ms: 50 });
    expect(pace.size).toBeLessThanOrEqual(8);
    send(pace, 300, { atOnce: 100, ms: 10 });
    expect(pace.size).toBe(most);
  });

  it('learns that a server has become slower for good', () => {
    const pace = createPace(8, most);
    send(pace, 500, { atOnce: 100, ms: 10 });
    const sizes = send(pace, 2_000, { atOnce: 100, ms: 100 });
    expect(sizes.at(-1)).toBeGreaterThanOrEqual(16);
  });

  it('is halved by a server that is busy, and never stops altogether', () => {
    const pace = createPace(8, most);
    pace.halve();
    expect(pace.size).toBe(4);
    for (let n = 0; n < 10; n += 1) pace.halve();
    expect(pace.size).toBe(1);
    send(pace, 1_000, { atOnce: 100, ms: 10 });
    expect(pace.size).toBeGreaterThanOrEqual(16);
  });
});
