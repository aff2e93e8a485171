import type { JobStatus } from '@fluxctl/shared/api/types';
import { errorMessage, FluxError, UserError } from '@fluxctl/shared/errors';

/** The failure of a job that got somewhere before it failed; its status tells that too. */
export class JobError extends UserError {
  readonly result: JobStatus['Result'];

  constructor(cause: unknown, result: JobStatus['Result']) {
    const help = cause instanceof FluxError ? cause.help : '';
    super(errorMessage(cause), { help, cause });
    this.result = result;
  }
}
