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

/** As `--registry-burst` has it by default. */
const atOnce = 10;

/** A scan and a bare loop of the same requests; in milliseconds. */
export interface ScanPair {
  readonly ours: number;
  readonly bare: number;
  readonly requests: readonly SeenRequest[];
}

/** Scans image repositories for the first and for the second time, again and again from the beginning. */
export async function scanPairs({
  repositories,
  tagsEach,
  pattern,
  pairs,
  signal,
}: {
  readonly repositories: number;
  readonly tagsEach: number;
  /** Of the tags that are wanted, as in an annotation. */
  readonly pattern: string;
  readonly pairs: number;
  readonly signal: AbortSignal;
}): Promise<[first: ScanPair[], second: ScanPair[]]> {
  const seen: [ScanPair[], ScanPair[]] = [[], []];
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
