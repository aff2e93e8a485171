import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends what was started when the person at the terminal says so, and then this process, with the status
 * that a shell gives for the signal. A second signal does not wait.
 * @returns takes it back
 */
export function stopOnSignals(stop: () => Promise<void>): () => void {
  let asked = false;
  const onSignal = (signal: (typeof signals)[number]): void => {
    const status = 128 + constants.signals[signal];
    if (asked) process.exit(status);
    asked = true;
    stop().then(
      () => process.exit(status),
      () => process.exit(status),
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
