/** Where values stand on an axis. */
export interface Axis {
  /** From 0 to 1 along the axis. */
  at(value: number): number;
  /** Values that are written beside it, and lines that are only drawn. */
  readonly ticks: readonly number[];
  readonly minor: readonly number[];
}

/** Of powers of ten; equal ratios are equal distances. Growth in proportion is a line of slope one. */
export function logAxis(values: readonly number[]): Axis {
  const [low, high] = [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return {
    at: (value) => (Math.log10(value) - low) / (high - low),
    ticks: decades,
    minor: decades.slice(0, -1).flatMap((decade) => [2, 3, 4, 5, 6, 7, 8, 9].map((times) => times * decade)),
  };
}

/** From nothing up, in round steps. */
export function linearAxis(values: readonly number[]): Axis {
  const step = roundStep(Math.max(...values) / 4);
  const steps = Math.ceil(Math.max(...values) / step);
  const ticks = Array.from({ length: steps + 1 }, (_, index) => index * step);
  return { at: (value) => value / (steps * step), ticks, minor: [] };
}

/** With a tick at every value that was measured; equal ratios are equal distances. */
export function measuredAxis(values: readonly number[]): Axis {
  const ticks = [...new Set(values)].sort((a, b) => a - b);
  const [low, high] = [Math.log(ticks[0] ?? 1), Math.log(ticks.at(-1) ?? 1)];
  return { at: (value) => (Math.log(value) - low) / (high - low), ticks, minor: [] };
}

/** 1, 2 or 5 times a power of ten, not less than what is wanted. */
function roundStep(wanted: number): number {
  const decade = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 5].find((times) => times * decade >= wanted) ?? 10) * decade;
}
