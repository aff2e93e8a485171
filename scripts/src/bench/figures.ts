import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../rules/tracked-files.ts';
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

/** What a measurement gave when it was last saved. */
export interface Figures {
  /** The day. */
  readonly taken: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

/** By the measurement's name. */
export type AllFigures = Readonly<Record<string, Figures>>;

const path = join(repositoryRoot, 'docs/scale/figures.json');

/** The figures that `docs/scale.md` is made of. */
export function readFigures(): AllFigures {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as AllFigures) : {};
}

/** In place of what the measurement gave before; the others' figures stay. */
export function saveFigures({
  name,
  at,
  machine,
  rows,
}: {
  readonly name: string;
  readonly at: Date;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}): void {
  const next: AllFigures = {
    ...readFigures(),
    [name]: { taken: at.toISOString().slice(0, 10), machine, rows },
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(next, rounded, 2)}\n`);
}

/** Nobody measures more than four digits. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
