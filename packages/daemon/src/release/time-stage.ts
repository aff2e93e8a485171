import type { Metrics, ReleaseStage } from '../metrics/metrics.ts';

/** Measures a stage of a release, however it ends. */
export async function timeStage<T>(
  metrics: Pick<Metrics, 'releaseStage'>,
  stage: ReleaseStage,
  task: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  try {
    return await task();
  } finally {
    metrics.releaseStage(stage, (performance.now() - start) / 1000);
  }
}
