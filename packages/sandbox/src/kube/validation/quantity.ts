import type { JsonValue } from '@fluxctl/shared/kube-object';

const factors: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** `100Mi`, `0.5`, `1e3` as a number; precise enough to compare. */
export function quantityValue(quantity: JsonValue): number {
  const [, number = '0', exponent, unit = ''] =
    /^([+-]?[0-9.]+)(?:([eE][-+]?\d+)|([numkKMGTPE]i?))?$/.exec(String(quantity)) ?? [];
  return Number(`${number}${exponent ?? ''}`) * (factors[unit] ?? 1);
}

export function isNegative(quantity: JsonValue): boolean {
  return quantityValue(quantity) < 0;
}

export function compareQuantities(a: JsonValue, b: JsonValue): number {
  return quantityValue(a) - quantityValue(b);
}
