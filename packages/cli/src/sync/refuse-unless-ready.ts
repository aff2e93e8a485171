import type { GitConfig } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';

/** @throws {UserError} unless the daemon can use its repository */
export function refuseUnlessReady({ status, errors, remote }: GitConfig): void {
  switch (status) {
    case 'ready':
      return;
    case 'unconfigured':
      throw new UserError('no git repository is configured');
    case 'unreachable':
      throw new UserError(
        `can not connect to git repository with URL ${remote.url}\n\nFull error message: ${errors}`,
      );
    default: {
      const reason = errors === '' ? '' : `\n\nFull error message: ${errors}`;
      throw new UserError(`git repository ${remote.url} is not ready to sync${reason}`);
    }
  }
}
