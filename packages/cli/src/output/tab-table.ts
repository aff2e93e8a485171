import { stripVTControlCharacters } from 'node:util';

/** Spaces behind the longest cell of a column. */
const padding = 2;

/**
 * Lays out rows as Flux v1 does (Go's text/tabwriter). Every cell but the last of its row belongs to
 * its column; a column is as wide as its widest cell among neighbouring rows that have one there, plus
 * two. The last cell is not padded, so a row whose last cell is empty ends in spaces. Widths are counted
 * in code points, colours not counted.
 */
export function tabTable(rows: readonly (readonly string[])[]): string {
  const lengths = rows.map((row) => row.map(length));
  const widths = rows.map(() => [] as number[]);
  const columns = Math.max(0, ...rows.map((row) => row.length - 1));
  for (let column = 0; column < columns; column += 1) {
    let start = 0;
    while (start < rows.length) {
      let end = start;
      let width = 0;
      for (; end < rows.length && hasColumn(rows[end], column); end += 1) {
        width = Math.max(width, (lengths[end]?.[column] ?? 0) + padding);
      }
      for (let row = start; row < end; row += 1) widths[row]?.push(width);
      start = Math.max(end, start + 1);
    }
  }
  return rows.map((row, at) => `${layOut(row, lengths[at] ?? [], widths[at] ?? [])}\n`).join('');
}

function layOut(row: readonly string[], lengths: readonly number[], widths: readonly number[]): string {
  return row
    .map((cell, column) => {
      const width = widths[column];
      return width === undefined ? cell : cell + ' '.repeat(width - (lengths[column] ?? 0));
    })
    .join('');
}

function hasColumn(row: readonly string[] | undefined, column: number): boolean {
  return row !== undefined && column < row.length - 1;
}

/** What most cells consist of: one column each. */
const plain = /^[\x20-\x7e]*$/;

function length(cell: string): number {
  if (plain.test(cell)) return cell.length;
  return [...stripVTControlCharacters(cell)].length;
}
