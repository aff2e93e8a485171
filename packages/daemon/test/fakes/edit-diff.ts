/** A text before and after an edit. */
export interface Diff {
  readonly before: string;
  readonly after: string;
}

/**
 * Reads a diff: lines that go begin with `-`, lines that come with `+`, all others with a space. What
 * stands in front of these signs is the indent of the test, and no part of it.
 */
export function readDiff(text: string): Diff {
  const lines = text.replace(/^\n/, '').replace(/\n *$/, '').split('\n');
  const margins = lines.filter((line) => line.trim() !== '').map(marginOf);
  const margin = Math.min(...margins);
  const side = (gone: string): string =>
    lines
      .filter((line) => line[margin] !== gone)
      .map((line) => `${line.slice(margin + 1)}\n`)
      .join('');
  return { before: side('+'), after: side('-') };
}

/** Where the sign of a line stands, if nothing stands in front of it but the test's indent. */
function marginOf(line: string): number {
  const indent = line.search(/\S/);
  return /[-+]/.test(line[indent] ?? '') ? indent : indent - 1;
}

/** The same change to both texts. */
export function mapDiff({ before, after }: Diff, change: (text: string) => string): Diff {
  return { before: change(before), after: change(after) };
}

/** The pod spec of a Deployment `app`; its lines are indented by six spaces. */
export function inDeployment(podSpec: string): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  template:\n    spec:\n${indented(podSpec, 6)}`;
}

export function indented(text: string, spaces: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces));
}
