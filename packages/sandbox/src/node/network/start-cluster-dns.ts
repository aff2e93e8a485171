import { createSocket } from 'node:dgram';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Question } from 'dns-packet';
import { type NamedThings, type NameRecord, recordsOf } from './cluster-names.ts';

export interface ClusterDns {
  /** `127.0.0.1:53535` */
  readonly server: string;
  stop(): Promise<void>;
}

/** How long an answer may be kept, in seconds, as CoreDNS has it. */
const ttl = 5;
/** `NXDOMAIN`: there is no such name. */
const noSuchName = 3;

/** A DNS server on 127.0.0.1, over UDP, for the names of the cluster and no others. */
export async function startClusterDns(things: NamedThings): Promise<ClusterDns> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    const answer = answerTo(message, things);
    if (answer !== undefined) socket.send(answer, port, address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  return {
    server: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** @returns undefined when it is no question */
function answerTo(message: Buffer, things: NamedThings): Buffer | undefined {
  const query = tryDecode(message);
  const [question] = query?.questions ?? [];
  if (query === undefined || question === undefined) return undefined;
  const records = recordsOf(question.name, things);
  return encode({
    type: 'response',
    ...(query.id !== undefined && { id: query.id }),
    flags: AUTHORITATIVE_ANSWER | (records ? 0 : noSuchName),
    questions: [question],
    answers: (records ?? [])
      .filter(({ type }) => type === question.type)
      .map((record) => answerOf(question, record)),
  });
}

function answerOf({ name }: Question, record: NameRecord): Answer {
  return record.type === 'A'
    ? { type: 'A', name, ttl, data: record.address }
    : {
        type: 'SRV',
        name,
        ttl,
        data: { target: record.target, port: record.port, priority: 0, weight: 100 },
      };
}

function tryDecode(message: Buffer) {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}
