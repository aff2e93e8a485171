import { type FieldPath, printFieldPath } from '../field-path.ts';
import { composeDocument } from '../yaml/compose.ts';
import { countLines } from '../yaml/documents.ts';
import type { YamlNode } from '../yaml/node.ts';
import { YamlError } from '../yaml/parse-events.ts';
import { firstDifference, withValue } from './difference.ts';
import type { Draft } from './draft.ts';
import { EditProblem } from './edit-problem.ts';
import { nodeAt, resolveAlias } from './lookup.ts';
import type { SyntaxNode } from './syntax.ts';

/**
 * Reads the new text: it must mean what the old one meant, with the intended changes and no other.
 * @throws {EditProblem} that names the anchor, where one is why more would change
 */
export function proveEdit(draft: Draft, before: YamlNode, edited: string): void {
  checkAnchors(draft);
  const expected = draft.changes.reduce((root, { path, value }) => withValue(root, path, value), before);
  const path = firstDifference(expected, readBack(draft, edited));
  if (!path) return;
  const isMeant = draft.changes.some((change) => change.path.join('\0') === path.join('\0'));
  const what = `${printFieldPath(path)} ${isMeant ? 'would not become what it should be' : 'would change too'}`;
  const { shared, node } = placeOf(draft, path);
  if (!shared) throw draft.problem(node, what);
  throw draft.problem(
    shared,
    `shared through anchor &${shared.anchor}: ${what}`,
    'Nothing was changed. Write the value out where it differs, or update all that share it.',
  );
}

function readBack(draft: Draft, edited: string): YamlNode {
  try {
    return composeDocument(edited).root;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const line = 1 + countLines(draft.text, 0, Math.min(...draft.splices.map(({ start }) => start)));
    throw new EditProblem(`the edited text could not be read: ${error.message}`, line);
  }
}

/** An anchor must not go with what is taken away while something else still uses it. */
function checkAnchors(draft: Draft): void {
  const gone = draft.splices.filter(({ start, end }) => draft.text.slice(start, end).includes('&'));
  const isGone = ({ from, end }: SyntaxNode) =>
    gone.some((splice) => splice.start <= from && end <= splice.end);
  if (gone.length === 0) return;
  for (const [alias, target] of draft.syntax.targets) {
    if (!isGone(target) || isGone(alias)) continue;
    throw draft.problem(alias, `anchor &${alias.name}, which is used here, would be gone`);
  }
}

/** The node at a path or, of what leads to it, the last that there is; and what shares it by an anchor. */
function placeOf({ syntax }: Draft, path: FieldPath) {
  const targets = new Set(syntax.targets.values());
  let shared: AnchoredNode | undefined;
  let node = syntax.root;
  for (let length = 0; length <= path.length; length += 1) {
    const found = nodeAt(syntax, syntax.root, path.slice(0, length));
    if (!found) break;
    const source = found.alias ? resolveAlias(syntax, found.alias) : found.node;
    if (targets.has(source) && isAnchored(source)) shared ??= source;
    node = found.node;
  }
  return { shared, node };
}

type AnchoredNode = SyntaxNode & { readonly anchor: string };

function isAnchored(node: SyntaxNode): node is AnchoredNode {
  return 'anchor' in node && node.anchor !== undefined;
}
