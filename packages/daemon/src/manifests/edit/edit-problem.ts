import { UserError } from '@fluxctl/shared/errors';

/** A file that cannot be edited as it is wanted; nothing of it was changed. */
export class EditProblem extends UserError {
  /** Counts from the first line of the document; undefined where no line is to blame. */
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined, help = '') {
    super(message, { help });
    this.line = line;
  }
}
