import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ProbeAnswer, ProbeQuestion } from './probe-messages.ts';

// Loaded into the shipped daemon with `--import`: collects garbage when it is asked to and tells what it
// sees, so that nothing has to be built into the product for that.

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Between two looks at the event loop, in milliseconds. */
const resolution = 2;
const delay = monitorEventLoopDelay({ resolution });

async function answer(question: ProbeQuestion): Promise<ProbeAnswer> {
  switch (question) {
    case 'watch-loop':
      delay.reset();
      delay.enable();
      return { question };
    case 'loop': {
      delay.disable();
      const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
      return { question, p99: late(delay.percentile(99)), max: late(delay.max) };
    }
    case 'cpu': {
      const { user, system } = process.cpuUsage();
      return { question, ms: (user + system) / 1_000 };
    }
    case 'memory':
      return { question, ...(await memoryAtRest()) };
    default:
      return question satisfies never;
  }
}

/** What the process takes when everything that it does not need is gone, in megabytes, and the most that it took. */
async function memoryAtRest(): Promise<{ rss: number; heap: number; peak: number }> {
  const peak = peakRss();
  // What finalizers let go, the next one takes; pages go back to the system a moment later.
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await sleep(100);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 1024 ** 2, heap: heapUsed / 1024 ** 2, peak };
}

/** `resourceUsage` would tell that of the parent too, on Linux: it is kept over `exec`. */
function peakRss(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

process.on('message', (question: ProbeQuestion) => {
  void answer(question).then((told) => process.send?.(told));
});
// It must not keep alive a daemon that has ended.
process.channel?.unref();
