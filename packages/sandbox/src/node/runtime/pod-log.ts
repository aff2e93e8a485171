import { ApiError } from '../../kube/api-error.ts';
import type { SubresourceHandler } from '../../kube/http/subresource-handlers.ts';
import type { LogLine } from './log-buffer.ts';
import type { PodRun } from './pod-run.ts';

/** Serves `pods/log` as the kubelet does. @param podOf - the pod of a uid, while it is here */
export function podLogHandler(podOf: (uid: string) => PodRun | undefined): SubresourceHandler {
  return {
    async handle({ object, query, request }, response) {
      const name = query.get('container') ?? undefined;
      const { name: podName, namespace, uid = '' } = object.metadata;
      const container = podOf(uid)?.container(name);
      if (container === undefined) {
        const what = name === undefined ? 'a container' : `container ${name}`;
        const message = `${what} is not valid for pod ${podName}`;
        throw new ApiError(400, 'BadRequest', message);
      }
      const isPrevious = query.get('previous') === 'true';
      const log = isPrevious ? container.previousLog : container.log;
      const { state } = container.view;
      const shown = container.view.name;
      if (log === undefined) {
        const message = `previous terminated container "${shown}" in pod "${podName}" not found`;
        throw new ApiError(400, 'BadRequest', message);
      }
      if (state.kind === 'waiting' && log.lines.length === 0 && container.view.last === undefined) {
        const why =
          state.reason === 'ContainerCreating' || state.reason === 'PodInitializing'
            ? state.reason
            : `trying and failing to pull image`;
        const message = `container "${shown}" in pod "${podName}" is waiting to start: ${why}`;
        throw new ApiError(400, 'BadRequest', message, { name: podName, ...(namespace && { kind: 'pods' }) });
      }
      const withTimes = query.get('timestamps') === 'true';
      const text = ({ time, text }: LogLine): string =>
        withTimes ? `${time.toISOString().replace('Z', '000000Z')} ${text}\n` : `${text}\n`;
      const past = pastLines(log.lines, query, new Date());
      const next = log.count;
      const limit = Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY);
      response.writeHead(200, { 'content-type': 'text/plain' });
      const chunk = Buffer.from(past.map(text).join(''));
      response.write(chunk.subarray(0, Math.min(limit, chunk.length)));
      if (query.get('follow') === 'true' && chunk.length < limit) {
        const leaving = new AbortController();
        request.socket.once('close', () => leaving.abort());
        response.once('close', () => leaving.abort());
        for await (const line of log.follow(leaving.signal, next)) response.write(text(line));
      }
      response.end();
    },
  };
}

/** The lines that were there before the request and that it wants to see. */
export function pastLines(lines: readonly LogLine[], query: URLSearchParams, now: Date): readonly LogLine[] {
  const sinceSeconds = query.get('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const since =
    sinceSeconds !== null
      ? now.getTime() - Number(sinceSeconds) * 1000
      : sinceTime !== null
        ? Date.parse(sinceTime)
        : Number.NEGATIVE_INFINITY;
  const recent = lines.filter(({ time }) => time.getTime() >= since);
  const tail = query.get('tailLines');
  return tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
}
