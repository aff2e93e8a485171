import type { JobStatus } from '@fluxctl/shared/api/types';
import { eventually, type Fluxd } from './start-fluxd.ts';

/** Sends an update and waits for the end of its job. */
export async function update(
  fluxd: Pick<Fluxd, 'get' | 'post'>,
  type: string,
  spec: unknown,
  cause = { Message: '', User: '' },
): Promise<JobStatus & { readonly id: string }> {
  const id = String(await fluxd.post('/v9/update-manifests', { type, cause, spec }));
  return { id, ...(await jobEnd(fluxd, id)) };
}

/** What a job came to. */
export function jobEnd(fluxd: Pick<Fluxd, 'get'>, id: string): Promise<JobStatus> {
  return eventually(async () => {
    const status = (await fluxd.get(`/v6/jobs?id=${id}`)) as JobStatus;
    if (status.StatusString === 'queued' || status.StatusString === 'running') {
      throw new Error(`job ${id} is ${status.StatusString}`);
    }
    return status;
  });
}
