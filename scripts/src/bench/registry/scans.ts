import type { Bench, Measurement } from '../bench.ts';
import { summary } from '../compare.ts';
import type { Row } from '../row.ts';
import { median } from '../statistics.ts';
import type { SeenRequest } from './messages.ts';
import { type ScanPair, scanPairs } from './scan-pairs.ts';

const tagsEach = 100;
/** What is done with the answers: read, checked against their digests, kept. */
const goal = 3;

interface Order {
  readonly name: string;
  readonly pattern: string;
  /** Of how many tags of each repository the facts are fetched. */
  readonly fetched: number;
}

/** What runs and what would be taken, and for people to look at the newest ten, the latter among them. */
export const bySemver: Order = { name: 'semver', pattern: 'semver:*', fetched: 11 };
/** An order of time needs to know of every tag when it was built. */
export const byTime: Order = { name: 'created', pattern: 'glob:*', fetched: tagsEach };

/** Scans of many image repositories, the first and the second time, beside a bare loop of the same requests. */
export const registryScans: readonly Measurement[] = [
  { name: 'scans-semver', inQuick: true, measure: (bench) => measure(bySemver, bench) },
  { name: 'scans-created', measure: (bench) => measure(byTime, bench) },
];

async function measure({ name, pattern, fetched }: Order, { quick, signal }: Bench): Promise<Row[]> {
  const repositories = quick ? 100 : 200;
  const [first, second] = await scanPairs({ repositories, tagsEach, pattern, pairs: quick ? 1 : 5, signal });
  const what = `scan of ${repositories} repositories of ${tagsEach} tags, ${name}`;
  const conditional = second.map(({ requests }) => requests.filter((one) => one.conditional).length);
  return [
    timeRow(`${what}, first`, first),
    requestsRow(`${what}, first`, first, 1 + repositories * (1 + 2 * fetched)),
    timeRow(`${what}, second`, second),
    requestsRow(`${what}, second`, second, repositories),
    {
      what: `${what}, second: under a condition`,
      unit: 'requests',
      ours: median(conditional),
      goal: { exactly: repositories },
      runs: conditional.length,
    },
  ];
}

function timeRow(what: string, seen: readonly ScanPair[]): Row {
  const figures = summary(
    seen.map(({ ours }) => ours),
    seen.map(({ bare }) => bare),
  );
  return { what, unit: 'ms', against: 'a bare loop of the same requests', ...figures, goal: { ratio: goal } };
}

function requestsRow(what: string, seen: readonly ScanPair[], wanted: number): Row {
  const ours = median(seen.map(({ requests }) => requests.length));
  const note = printKinds(seen[0]?.requests ?? []);
  return { what, unit: 'requests', ours, goal: { exactly: wanted }, runs: seen.length, note };
}

/** `1 ping, 100 tags, 1100 manifest, 1100 blob`. */
function printKinds(requests: readonly SeenRequest[]): string {
  const counts = new Map<string, number>();
  for (const { method, kind } of requests) {
    const name = method === 'GET' ? kind : `${kind} ${method}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
