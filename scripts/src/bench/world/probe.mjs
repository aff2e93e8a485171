import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

// Loaded into the shipped daemon with `--import`: collects garbage when it is asked to and tells what it
// sees, so that nothing has to be built into the product for that. JavaScript, as what Node.js needs to
// understand TypeScript would count as the daemon's memory. Its words are in `probe-messages.ts`.

/** Between two looks at the event loop, in milliseconds. */
const resolution = 2;
const delay = monitorEventLoopDelay({ resolution });

/** @type {Record<import('./probe-messages.ts').ProbeQuestion, () => object | Promise<object>>} */
const answers = {
  'watch-loop'() {
    delay.reset();
    delay.enable();
    return {};
  },
  loop() {
    delay.disable();
    const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
    return { p99: late(delay.percentile(99)), max: late(delay.max) };
  },
  cpu() {
    const { user, system } = process.cpuUsage();
    return { ms: (user + system) / 1_000, children: childrenCpu() };
  },
  'forget-peak'() {
    ifLinux(() => writeFileSync('/proc/self/clear_refs', '5'), undefined);
    return {};
  },
  peak: () => ({ peak: peakRss() }),
  async memory() {
    const peak = peakRss();
    // What finalizers let go, the next one takes; pages go back to the system a moment later.
    for (let round = 0; round < 3; round += 1) {
      globalThis.gc();
      await sleep(100);
    }
    const { rss, heapUsed } = process.memoryUsage();
    const [atRest, heap] = [rss / 1024 ** 2, heapUsed / 1024 ** 2];
    return { rss: atRest, heap, peak: Math.max(peak, atRest) };
  },
};

/** In megabytes. `resourceUsage` would tell that of the parent too, on Linux: it is kept over `exec`. */
function peakRss() {
  return ifLinux(
    () => Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024,
    process.resourceUsage().maxRSS / 1024,
  );
}

/** Of programs that have ended, in milliseconds; a hundred ticks are a second. */
function childrenCpu() {
  return ifLinux(() => {
    const [user, system] = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ').slice(13, 15);
    return (Number(user) + Number(system)) * 10;
  }, 0);
}

/** What only Linux tells, in `/proc`. */
function ifLinux(look, otherwise) {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

process.on('message', async (question) => {
  process.send?.({ question, ...(await answers[question]()) });
});
// It must not keep alive a daemon that has ended.
process.channel?.unref();
