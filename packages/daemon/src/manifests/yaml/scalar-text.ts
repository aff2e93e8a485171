import { YamlFloat, type YamlScalar } from './node.ts';

/** A scalar as Go's yaml.v2 prints it plain; a string stays as it is. */
export function scalarText(value: YamlScalar): string {
  if (value === null) return 'null';
  return value instanceof YamlFloat ? floatText(value.value) : String(value);
}

/** A mapping's key as Kubernetes turns it into JSON. Floats go through 32 bits there. */
export function keyText(key: YamlScalar): string {
  return key instanceof YamlFloat ? floatText(shortestFloat32(key.value)) : scalarText(key);
}

/** Go's `%g` with as many digits as it takes: an exponent from 1e+06 on, and below 1e-04. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function shortestFloat32(value: number): number {
  const wanted = Math.fround(value);
  for (let digits = 1; digits < 10; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === wanted) return candidate;
  }
  return value;
}
