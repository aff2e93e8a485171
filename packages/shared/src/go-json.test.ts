import { expect, it } from 'vitest';
import { goJson } from './go-json.ts';

it.each([
  [null, 'null'],
  ['<a> & "b"', String.raw`"\u003ca\u003e \u0026 \"b\""`],
  ['\b\f\n\t\\b', String.raw`"\u0008\u000c\n\t\\b"`],
  ['\u2028\u2029', String.raw`"\u2028\u2029"`],
  [{ '<k>': ['ä'] }, String.raw`{"\u003ck\u003e":["ä"]}`],
])('goJson writes %j as Go does', (value, json) => {
  expect(goJson(value)).toBe(json);
});
