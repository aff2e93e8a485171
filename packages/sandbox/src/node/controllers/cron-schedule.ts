/** When a CronJob is due: the minutes, hours … that its five fields let through. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Both days of the month and of the week are given: then one of the two is enough. */
  readonly eitherDay: boolean;
}

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** @returns undefined for what is no schedule */
export function parseCron(text: string): CronSchedule | undefined {
  const fields = (macros[text.trim()] ?? text.trim()).split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutes = parseField(minute, 0, 59, []);
  const hours = parseField(hour, 0, 23, []);
  const days = parseField(day, 1, 31, []);
  const months = parseField(month, 1, 12, monthNames, 1);
  const weekdays = parseField(weekday, 0, 7, weekdayNames);
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const eitherDay = !/^[*?]/.test(day) && !/^[*?]/.test(weekday);
  // Sunday is both 0 and 7.
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: new Set([...weekdays].map((number) => number % 7)),
    eitherDay,
  };
}

function parseField(
  text: string,
  lowest: number,
  highest: number,
  names: readonly string[],
  firstName = 0,
): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  const numberOf = (word: string): number => {
    const name = names.indexOf(word.toLowerCase());
    return name >= 0 ? name + firstName : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  };
  for (const part of text.split(',')) {
    const [range = '', stepText, ...more] = part.split('/');
    const step = stepText === undefined ? 1 : numberOf(stepText);
    const [fromText = '', toText] = range.split('-');
    const isAny = range === '*' || range === '?';
    const from = isAny ? lowest : numberOf(fromText);
    const to =
      isAny || (toText === undefined && stepText !== undefined) ? highest : numberOf(toText ?? fromText);
    const isRight = more.length === 0 && step >= 1 && from >= lowest && to <= highest && from <= to;
    if (!isRight) return undefined;
    for (let number = from; number <= to; number += step) found.add(number);
  }
  return found;
}

/** How many minutes are looked at: as rare as every fourth year's 29th of February. */
const searchedMinutes = 5 * 366 * 24 * 60;

/** The first minute after `after` at which it is due, in UTC or a time zone of the IANA's; undefined if never. */
export function nextTime(schedule: CronSchedule, after: Date, timeZone = 'UTC'): Date | undefined {
  const clock = wallClock(timeZone);
  const minuteMs = 60_000;
  let time = Math.floor(after.getTime() / minuteMs) * minuteMs + minuteMs;
  const end = time + searchedMinutes * minuteMs;
  while (time < end) {
    const wall = clock(time);
    if (!isDueOn(schedule, wall)) {
      // On to the next hour: whole days could jump over a change of the clock.
      time += (60 - wall.minute) * minuteMs;
    } else if (schedule.hours.has(wall.hour) && schedule.minutes.has(wall.minute)) {
      return new Date(time);
    } else {
      time += schedule.hours.has(wall.hour) ? minuteMs : (60 - wall.minute) * minuteMs;
    }
  }
  return undefined;
}

interface WallTime {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

function isDueOn(
  { months, days, weekdays, eitherDay }: CronSchedule,
  { month, day, weekday }: WallTime,
): boolean {
  if (!months.has(month)) return false;
  return eitherDay ? days.has(day) || weekdays.has(weekday) : days.has(day) && weekdays.has(weekday);
}

function wallClock(timeZone: string): (time: number) => WallTime {
  if (timeZone === 'UTC') {
    return (time) => {
      const date = new Date(time);
      return {
        minute: date.getUTCMinutes(),
        hour: date.getUTCHours(),
        day: date.getUTCDate(),
        month: date.getUTCMonth() + 1,
        weekday: date.getUTCDay(),
      };
    };
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    minute: 'numeric',
    hour: 'numeric',
    day: 'numeric',
    month: 'numeric',
    weekday: 'short',
  });
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const number = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
    return {
      minute: number('minute'),
      hour: number('hour'),
      day: number('day'),
      month: number('month'),
      weekday: weekdayNames.indexOf((parts.get('weekday') ?? '').toLowerCase()),
    };
  };
}
