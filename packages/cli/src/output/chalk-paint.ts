import { Chalk } from 'chalk';
import type { ColourLevel } from './colour-level.ts';
import type { Paint } from './paint.ts';

/** Real colours. Imported only where they are shown, as chalk takes its time to load. */
export function chalkPaint(level: ColourLevel): Paint {
  const chalk = new Chalk({ level });
  return {
    bad: (text) => chalk.red(text),
    doubtful: (text) => chalk.yellow(text),
    good: (text) => chalk.green(text),
    heading: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
  };
}
