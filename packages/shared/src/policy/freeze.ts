import { errorMessage, UserError } from '../errors.ts';

/** Times of the week, or of each day, in which nothing is to be updated by itself. */
export interface Freeze {
  /** As written: `Fri 16:00-Mon 08:00 Europe/Berlin`. */
  readonly text: string;
  readonly windows: readonly FreezeWindow[];
}

interface FreezeWindow {
  /** Minutes of wall-clock time since the period began: Sunday's midnight, or each day's. */
  readonly start: number;
  /** Not part of the window; before `start` when the window goes over the end of the period. */
  readonly end: number;
  readonly periodMinutes: typeof weekMinutes | typeof dayMinutes;
  readonly clock: Intl.DateTimeFormat;
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const dayMinutes = 1440;
const weekMinutes = 10_080;
const minuteMs = 60_000;

const windowForm =
  /^(?:(?<day1>[A-Za-z]+)\s+)?(?<time1>\d{1,2}:\d\d)\s*-\s*(?:(?<day2>[A-Za-z]+)\s+)?(?<time2>\d{1,2}:\d\d)(?:\s+(?<zone>\S+))?$/;

/**
 * Reads `Fri 16:00-Mon 08:00 Europe/Berlin`, or `22:00-06:00` for every night; several with `;` between
 * them. The zone is one of the IANA's, UTC where none is given.
 * @throws {UserError}
 */
export function parseFreeze(text: string): Freeze {
  return { text, windows: text.split(';').map((window) => parseWindow(window.trim())) };
}

function parseWindow(text: string): FreezeWindow {
  const parts = windowForm.exec(text)?.groups;
  if (!parts) throw invalid(text, 'it is not written like "Fri 16:00-Mon 08:00 Europe/Berlin"');
  const { day1, time1 = '', day2, time2 = '', zone = 'UTC' } = parts;
  if ((day1 === undefined) !== (day2 === undefined)) throw invalid(text, 'only one of its ends has a day');
  const start = minuteOf(text, day1, time1);
  const end = minuteOf(text, day2, time2);
  if (start === end) throw invalid(text, 'it ends when it begins');
  return {
    start,
    end,
    periodMinutes: day1 === undefined ? dayMinutes : weekMinutes,
    clock: wallClock(text, zone),
  };
}

function minuteOf(text: string, day: string | undefined, time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  if (minute > 59 || hour * 60 + minute > dayMinutes) throw invalid(text, `${time} is no time of day`);
  if (day === undefined) return (hour * 60 + minute) % dayMinutes;
  const index = day.length < 3 ? -1 : days.findIndex((short) => fullDay(short).startsWith(day.toLowerCase()));
  if (index < 0) throw invalid(text, `${day} is no day of the week`);
  return (index * dayMinutes + hour * 60 + minute) % weekMinutes;
}

function fullDay(short: string): string {
  return `${{ tue: 'tues', wed: 'wednes', thu: 'thurs', sat: 'satur' }[short] ?? short}day`;
}

function wallClock(text: string, timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch (cause) {
    throw new UserError(`invalid freeze ${JSON.stringify(text)}: ${errorMessage(cause)}`, { cause });
  }
}

function invalid(text: string, why: string): UserError {
  return new UserError(`invalid freeze ${JSON.stringify(text)}: ${why}`);
}

/**
 * Whether an instant lies in the freeze, by the clocks on the walls of its zone: a wall-clock time that
 * comes twice in a night is frozen both times, and one that a night leaves out begins with what follows.
 */
export function isFrozen(freeze: Freeze, at: Date): boolean {
  return freeze.windows.some((window) => minutesLeft(window, at) > 0);
}

/** When a freeze that holds at an instant ends; undefined when it does not hold, or never ends. */
export function freezeEnd(freeze: Freeze, at: Date): Date | undefined {
  if (!isFrozen(freeze, at)) return undefined;
  const limit = at.getTime() + 2 * weekMinutes * minuteMs;
  let time = Math.floor(at.getTime() / minuteMs) * minuteMs;
  while (time < limit) {
    const left = Math.max(...freeze.windows.map((window) => minutesLeft(window, new Date(time))));
    if (left === 0) return new Date(time);
    time += stepTowardsEnd(left) * minuteMs;
  }
  return undefined;
}

/** Far from the end at once, near it slowly: clocks may be put forward in between, by three hours at most. */
function stepTowardsEnd(left: number): number {
  if (left > 180) return left - 180;
  return left % 15 || 15;
}

/** Minutes of wall-clock time to the end of the window; 0 outside of it. */
function minutesLeft({ start, end, periodMinutes, clock }: FreezeWindow, at: Date): number {
  const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const day = days.indexOf((parts.get('weekday') ?? '').toLowerCase());
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  const now = (day * dayMinutes + minute) % periodMinutes;
  const since = (now - start + periodMinutes) % periodMinutes;
  const length = (end - start + periodMinutes) % periodMinutes;
  return since < length ? length - since : 0;
}
