import type { AllFigures } from '../figures.ts';
import type { Row } from '../row.ts';
import { type Curve, drawLineChart, type LineChart, printCount } from './line-chart.ts';

/** A picture of `docs/scale.md`. */
interface Plot extends Omit<LineChart, 'curves'> {
  /** Of its file. */
  readonly name: string;
  /** The measurement of growth that it shows. */
  readonly of: string;
  readonly curves: readonly PlottedCurve[];
}

interface PlottedCurve extends Omit<Curve, 'points'> {
  /** Which points of the measurement, and which figure of them. */
  readonly curve: string;
  readonly figure?: 'ours' | 'theirs' | 'peak';
}

const objects = 'objects in git';
const repositories = 'image repositories of 100 tags';
const daemons = 'daemons, each with 300 objects';

const plots: readonly Plot[] = [
  {
    name: 'objects-time',
    of: 'growth-objects',
    title: 'Time by objects',
    across: objects,
    up: 'time, dashed: what it is compared with',
    scale: 'log',
    print: printTime,
    curves: [
      { name: 'first sync', colour: 0, curve: 'first sync' },
      { name: 'bare loop', colour: 0, isBeside: true, curve: 'first sync', figure: 'theirs' },
      { name: 'restart', colour: 2, curve: 'restart' },
      { name: 'one list', colour: 2, isBeside: true, curve: 'restart', figure: 'theirs' },
      { name: 'one file changed', colour: 1, curve: 'one file' },
      { name: 'git fetch + one apply', colour: 1, isBeside: true, curve: 'one file', figure: 'theirs' },
      { name: 'nothing to do', colour: 3, curve: 'nothing to do' },
    ],
  },
  {
    name: 'objects-memory',
    of: 'growth-objects',
    title: 'Memory by objects',
    across: objects,
    up: 'resident memory of the daemon; images are not scanned',
    scale: 'linear',
    print: printMemory,
    curves: [
      { name: 'at rest', colour: 0, curve: 'memory' },
      { name: 'peak', colour: 1, curve: 'memory', figure: 'peak' },
    ],
  },
  {
    name: 'images-requests',
    of: 'growth-images',
    title: 'Requests to a registry by image repositories',
    across: repositories,
    up: 'requests of one scan',
    scale: 'log',
    print: printCount,
    curves: [
      { name: 'first, by time', colour: 1, curve: 'first scan, by time: requests' },
      { name: 'first, by version', colour: 0, curve: 'first scan, by version: requests' },
      { name: 'every later one', colour: 2, curve: 'second scan, by version: requests' },
    ],
  },
  {
    name: 'images-time',
    of: 'growth-images',
    title: 'Time of a scan by image repositories',
    across: repositories,
    up: 'time without a limit to the rate, dashed: a bare loop of the same requests',
    scale: 'log',
    print: printTime,
    curves: [
      { name: 'first, by version', colour: 0, curve: 'first scan, by version' },
      { name: 'bare loop', colour: 0, isBeside: true, curve: 'first scan, by version', figure: 'theirs' },
      { name: 'second', colour: 2, curve: 'second scan, by version' },
      { name: 'bare loop', colour: 2, isBeside: true, curve: 'second scan, by version', figure: 'theirs' },
    ],
  },
  {
    name: 'images-memory',
    of: 'growth-images',
    title: 'Memory by image repositories',
    across: repositories,
    up: 'resident memory of the daemon, with a workload for each',
    scale: 'linear',
    print: printMemory,
    curves: [
      { name: 'at rest', colour: 0, curve: 'memory' },
      { name: 'peak', colour: 1, curve: 'memory', figure: 'peak' },
    ],
  },
  {
    name: 'daemons-processor',
    of: 'growth-daemons',
    title: 'Processor time by daemons, when nothing is to do',
    across: daemons,
    up: 'seconds in an hour for each daemon, which looks at everything once a minute',
    scale: 'linear',
    print: (value) => `${printRounded(value)} s`,
    curves: [
      { name: 'the daemon', colour: 0, curve: 'processor time of each' },
      { name: 'its git and ssh', colour: 1, curve: 'processor time of its git' },
    ],
  },
  {
    name: 'daemons-requests',
    of: 'growth-daemons',
    title: 'Requests by daemons, when nothing is to do',
    across: daemons,
    up: 'a minute, of all daemons together, which look at everything once a minute',
    scale: 'log',
    print: (value) => printCount(Math.round(value)),
    curves: [
      { name: 'registry', colour: 0, curve: 'requests to the registry' },
      { name: 'API server', colour: 2, curve: 'requests to the API server' },
      { name: 'git host', colour: 1, curve: 'connections to the git host' },
    ],
  },
  {
    name: 'daemons-start',
    of: 'growth-daemons',
    title: 'All daemons started at once',
    across: daemons,
    up: 'until the last one knows that nothing is to do',
    scale: 'linear',
    print: printTime,
    curves: [{ name: 'on two processors', colour: 0, curve: 'started at once' }],
  },
];

/** The pictures that there are figures for, as SVG by name. */
export function drawPlots(figures: AllFigures): ReadonlyMap<string, string> {
  return new Map(
    plots.flatMap(({ name, of, ...plot }) => {
      const rows = figures[of]?.rows;
      if (!rows) return [];
      const curves = plot.curves
        .map((curve) => ({ ...curve, points: pointsOf(rows, curve) }))
        .filter(({ points }) => points.length > 0);
      return [[name, drawLineChart({ ...plot, curves })] as const];
    }),
  );
}

function pointsOf(rows: readonly Row[], { curve, figure = 'ours' }: PlottedCurve): Curve['points'] {
  return rows.flatMap((row) => {
    const y = row[figure];
    // A logarithm of nothing has no place.
    return row.point?.curve === curve && y ? [{ x: row.point.size, y }] : [];
  });
}

function printTime(ms: number): string {
  if (ms === 0) return '0';
  return ms >= 1_000 ? `${printRounded(ms / 1_000)} s` : `${printRounded(ms)} ms`;
}

function printMemory(megabytes: number): string {
  return `${megabytes.toFixed(0)} MB`;
}

/** Two digits, or what stands before the point. */
function printRounded(value: number): string {
  return String(value >= 10 ? Math.round(value) : Number(value.toPrecision(2)));
}
