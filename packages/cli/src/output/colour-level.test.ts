import { expect, it } from 'vitest';
import { colourLevel } from './colour-level.ts';

it.each([
  { isTerminal: true, env: {}, level: 1, because: 'a person is reading' },
  { isTerminal: false, env: {}, level: 0, because: 'a program is reading' },
  { isTerminal: true, env: { NO_COLOR: '1' }, level: 0, because: 'NO_COLOR is set' },
  { isTerminal: true, env: { NO_COLOR: '' }, level: 1, because: 'an empty NO_COLOR is none' },
  { isTerminal: false, env: { FORCE_COLOR: '' }, level: 1, because: 'FORCE_COLOR is set' },
  {
    isTerminal: false,
    env: { FORCE_COLOR: '3', NO_COLOR: '1' },
    level: 3,
    because: 'FORCE_COLOR goes first',
  },
  { isTerminal: true, env: { FORCE_COLOR: 'false' }, level: 0, because: 'FORCE_COLOR may forbid' },
] as const)('colourLevel: $level, as $because', ({ isTerminal, env, level }) => {
  expect(colourLevel(isTerminal, env)).toBe(level);
});
