import type { Row } from '../row.ts';

/** A row as a point of a curve. */
export function point(curve: string, size: number, row: Omit<Row, 'goal' | 'point'>): Row {
  const { goal: _, ...rest }: Omit<Row, 'point'> = row;
  return { ...rest, point: { curve, size } };
}
