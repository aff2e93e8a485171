/**
 * `loop.ts:88`: where `above` was called from. Costs a few microseconds, as only one frame is captured.
 * Works from source and from a bundle, where it names the chunk.
 */
export function callerOf(above: (...args: never[]) => unknown): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, above);
  Error.stackTraceLimit = limit;
  const place = /([^/\\(]+:\d+):\d+\)?$/.exec(holder.stack ?? '');
  return place?.[1] ?? 'unknown:0';
}
