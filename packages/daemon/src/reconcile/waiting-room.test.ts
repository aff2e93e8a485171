import { beforeEach, describe, expect, it } from 'vitest';
import { backOff } from '../waiting/back-off.ts';
import { createWaitingRoom, type ObjectWaits } from './waiting-room.ts';
import type { ObjectKey } from './wanted.ts';

const key = 'apps/Deployment/default/x' as ObjectKey;
const failure = { message: 'no', field: undefined };

describe('the waiting room', () => {
  let now: number;
  let room: ObjectWaits;

  beforeEach(() => {
    now = 0;
    room = createWaitingRoom({ now: () => now, random: () => 1, capMs: 60_000 });
  });

  it('lets a failed object wait longer and longer, up to the cap', () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      room.failed(key, 'sum', failure);
      const until = room.waitsUntil(key, 'sum') ?? now;
      waits.push(until - now);
      now = until;
    }
    expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('lets a new definition in at once', () => {
    room.failed(key, 'sum', failure);
    expect(room.waitsUntil(key, 'other')).toBeUndefined();
    expect(room.failure(key, 'other')).toBeUndefined();
  });

  it('lets all in when asked to, and still knows how often they failed', () => {
    room.failed(key, 'sum', failure);
    room.release();
    expect(room.waitsUntil(key, 'sum')).toBeUndefined();
    expect(room.due()).toEqual([key]);
    room.failed(key, 'sum', failure);
    expect(room.waitsUntil(key, 'sum')).toBe(10_000);
  });

  it('lets a first repair be followed by another at once, and then no more', () => {
    room.repaired(key, 'sum');
    expect(room.waitsUntil(key, 'sum')).toBeUndefined();
    room.repaired(key, 'sum');
    expect(room.waitsUntil(key, 'sum')).toBe(1000);
    expect(room.nextDue()).toBeUndefined();
    room.postponed(key);
    expect(room.nextDue()).toBe(1000);
  });

  it('forgets a fight after a quiet time', () => {
    room.repaired(key, 'sum');
    room.repaired(key, 'sum');
    now = 60_000;
    room.repaired(key, 'sum');
    expect(room.waitsUntil(key, 'sum')).toBeUndefined();
  });

  it('forgets what is settled and what is no longer wanted', () => {
    room.failed(key, 'sum', failure);
    room.settled(key);
    expect(room.nextDue()).toBeUndefined();
    room.failed(key, 'sum', failure);
    room.retain(() => false);
    expect(room.nextDue()).toBeUndefined();
  });
});

describe('backOff', () => {
  it('stays between half of the doubled wait and all of it', () => {
    expect(backOff(3, { firstMs: 100, capMs: 10_000, random: () => 0 })).toBe(200);
    expect(backOff(3, { firstMs: 100, capMs: 10_000, random: () => 1 })).toBe(400);
    expect(backOff(1000, { firstMs: 100, capMs: 10_000, random: () => 1 })).toBe(10_000);
  });
});
