import { EditProblem } from './edit-problem.ts';
import { memberOf, ownEntry, resolveAlias, textOf, valueAt } from './lookup.ts';
import { addEntries, type Splice, setScalar } from './splice.ts';
import type { MapNode, ScalarNode, SyntaxDocument, SyntaxNode } from './syntax.ts';

/** An image in the place that it has in a document. */
export interface ImageEdit {
  readonly container: string;
  /** As it is to be written. */
  readonly image: string;
}

const podSpecs: Readonly<Record<string, readonly string[]>> = {
  deployment: ['spec', 'template', 'spec'],
  daemonset: ['spec', 'template', 'spec'],
  statefulset: ['spec', 'template', 'spec'],
  cronjob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Sets the images of some containers of a workload. @throws {EditProblem} */
export function editImages(
  document: SyntaxDocument,
  object: MapNode,
  kind: string,
  edits: readonly ImageEdit[],
): Splice[] {
  const path = podSpecs[kind.toLowerCase()];
  if (!path) throw new EditProblem(`updating resource kind "${kind}" not supported`, undefined);
  const pod = valueAt(document, object, path);
  const wanted = edits.map((edit) => ({ edit, container: findContainer(document, pod, edit.container) }));
  const values = new Map<SyntaxNode, string>();
  const splices: Splice[] = [];
  for (const { edit, container } of wanted) {
    const entry = ownEntry(container, 'image');
    if (!entry) {
      // none, or one that a merge brings: the container's own overrides it
      splices.push(addEntries(document.text, container, [['image', edit.image]]));
      continue;
    }
    const target = resolveAlias(document, entry.value);
    if (target.type !== 'scalar')
      throw problem(document, entry.value, `the image of container "${edit.container}" is no text`);
    const other = values.get(target);
    if (other !== undefined && other !== edit.image) {
      throw problem(
        document,
        target,
        `two containers share the image at anchor &${target.anchor}, and are to run different ones`,
      );
    }
    values.set(target, edit.image);
  }
  for (const [node, image] of values) {
    const scalar = node as ScalarNode;
    checkUsers(document, scalar, wanted);
    splices.push(setScalar(document.text, scalar, image, isInFlow(document.text, scalar)));
  }
  return splices;
}

function findContainer(document: SyntaxDocument, pod: SyntaxNode | undefined, name: string): MapNode {
  for (const list of ['containers', 'initContainers']) {
    const containers = memberOf(document, pod, list);
    if (containers?.type !== 'sequence') continue;
    const found = containers.items
      .map((item) => resolveAlias(document, item))
      .find((item): item is MapNode => item.type === 'map' && textOf(document, item, 'name') === name);
    if (found) return found;
  }
  throw new EditProblem(`there is no container "${name}"`, undefined);
}

/** An anchored image changes only when everything that uses it is meant. */
function checkUsers(
  document: SyntaxDocument,
  node: ScalarNode,
  wanted: readonly { readonly container: MapNode }[],
): void {
  const meant = new Set(wanted.map(({ container }) => ownEntry(container, 'image')?.value));
  const users = [...document.targets].filter(([, target]) => target === node).map(([alias]) => alias);
  const holder: SyntaxNode = node;
  const stranger = [holder, ...users].find((user) => !meant.has(user));
  if (node.anchor === undefined || (users.length === 0 && stranger === node)) return;
  if (!stranger) return;
  throw problem(
    document,
    stranger,
    `the image is shared through anchor &${node.anchor} with a place that is not to change`,
    'Give the containers images of their own, or update all that share it.',
  );
}

function isInFlow(text: string, node: ScalarNode): boolean {
  // between brackets a plain scalar is followed by one, or by a comma, or its map began with one
  const before = text.slice(text.lastIndexOf('\n', node.start) + 1, node.start);
  return /[{[][^}\]]*$/.test(before) || /^\s*[,}\]]/.test(text.slice(node.end));
}

function problem(document: SyntaxDocument, node: SyntaxNode, message: string, help = ''): EditProblem {
  return new EditProblem(message, document.text.slice(0, node.start).split('\n').length, help);
}
