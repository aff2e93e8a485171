import { UserError } from '@fluxctl/shared/errors';

/** A file that cannot be edited as it is wanted; nothing of it was changed. */
export class EditProblem extends UserError {
  override readonly name = 'EditProblem';
  /** Of the file, 1 is the first; undefined where no line is to blame. */
  readonly line: number | undefined;

  constructor(
    message: string,
    line: number | undefined,
    help = 'Nothing was changed. Edit the file by hand.',
  ) {
    super(message, { help });
    this.line = line;
  }

  /** The same problem, its message led by the file and the line. */
  inFile(path: string): EditProblem {
    const place = this.line === undefined ? path : `${path}:${this.line}`;
    return new EditProblem(`${place}: ${this.message}`, this.line, this.help);
  }
}
