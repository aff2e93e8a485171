import { summary } from '../compare.ts';
import type { Bench, Measurement, Row } from '../row.ts';
import { median } from '../statistics.ts';
import type {
  BareAnswer,
  BareQuestion,
  ScannerAnswer,
  ScannerQuestion,
  SeenRequest,
  ServerAnswer,
  ServerQuestion,
} from './messages.ts';
import { startProcess } from './start-process.ts';

const tagsEach = 100;
/** As `--registry-burst` has it by default. */
const atOnce = 10;
/** What is done with the answers: read, checked against their digests, kept. */
const goal = 3;

interface Pair {
  readonly ours: number;
  readonly bare: number;
  readonly requests: readonly SeenRequest[];
}

/** What runs and what would be taken, and for people to look at the newest ten, the latter among them. */
const semver: Scan = { order: 'semver', pattern: 'semver:*', fetched: 11, repositories: 100 };
/** An order of time needs to know of every tag when it was built. */
const created: Scan = { order: 'created', pattern: 'glob:*', fetched: tagsEach, repositories: 100 };

/** Scans of many image repositories, the first and the second time, beside a bare loop of the same requests. */
export const registryScans: readonly Measurement[] = [
  { name: 'scans-semver-100', inQuick: true, measure: (bench) => measure(semver, bench) },
  { name: 'scans-semver-200', measure: (bench) => measure({ ...semver, repositories: 200 }, bench) },
  { name: 'scans-created-100', measure: (bench) => measure(created, bench) },
  { name: 'scans-created-200', measure: (bench) => measure({ ...created, repositories: 200 }, bench) },
];

interface Scan {
  readonly order: string;
  readonly pattern: string;
  /** Of how many tags of each repository the facts are fetched. */
  readonly fetched: number;
  readonly repositories: number;
}

async function measure(
  { order, pattern, fetched, repositories }: Scan,
  { quick, signal }: Bench,
): Promise<Row[]> {
  const [first, second] = await scanPairs(repositories, pattern, quick ? 1 : 5, signal);
  const what = `scan of ${repositories} repositories of ${tagsEach} tags, ${order}`;
  return [
    timeRow(`${what}, first`, first),
    requestsRow(`${what}, first`, first, 1 + repositories * (1 + 2 * fetched)),
    timeRow(`${what}, second`, second),
    requestsRow(`${what}, second`, second, repositories),
  ];
}

async function scanPairs(
  repositories: number,
  pattern: string,
  pairs: number,
  signal: AbortSignal,
): Promise<[first: Pair[], second: Pair[]]> {
  const seen: [Pair[], Pair[]] = [[], []];
  await using server = await startProcess<ServerQuestion, ServerAnswer>(
    'server-process.ts',
    [repositories, tagsEach, 'unique'],
    signal,
  );
  if (server.first.type !== 'ready') throw new Error('the registry is not ready');
  const { host } = server.first;
  const take = async (): Promise<readonly SeenRequest[]> => {
    const answer = await server.ask({ type: 'take-requests' });
    return answer.type === 'requests' ? answer.requests : [];
  };
  for (let pair = 0; pair < pairs; pair++) {
    await using bare = await startProcess<BareQuestion, BareAnswer>(
      'bare-process.ts',
      [host, atOnce],
      signal,
    );
    await using scanner = await startProcess<ScannerQuestion, ScannerAnswer>(
      'scanner-process.ts',
      [host, repositories, pattern],
      signal,
    );
    for (const list of seen) {
      const answer = await scanner.ask({ type: 'scan' });
      if (answer.type !== 'scanned' || answer.errors > 0) throw new Error('a scan has failed');
      const requests = await take();
      const replayed = await bare.ask({ requests });
      if (replayed.type !== 'replayed') throw new Error('the bare loop has failed');
      list.push({ ours: answer.ms, bare: replayed.ms, requests });
      await take();
    }
  }
  return seen;
}

function timeRow(what: string, seen: readonly Pair[]): Row {
  const figures = summary(
    seen.map(({ ours }) => ours),
    seen.map(({ bare }) => bare),
  );
  return { what, unit: 'ms', against: 'a bare loop of the same requests', ...figures, goal: { ratio: goal } };
}

function requestsRow(what: string, seen: readonly Pair[], wanted: number): Row {
  const ours = median(seen.map(({ requests }) => requests.length));
  const note = printKinds(seen[0]?.requests ?? []);
  return { what, unit: 'requests', ours, goal: { exactly: wanted }, runs: seen.length, note };
}

/** `1 ping, 100 tags, 1100 manifest, 1100 blob`. */
function printKinds(requests: readonly SeenRequest[]): string {
  const counts = new Map<string, number>();
  for (const { method, kind, conditional } of requests) {
    const name = [kind, method === 'GET' ? '' : method, conditional ? 'under a condition' : '']
      .filter(Boolean)
      .join(' ');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
