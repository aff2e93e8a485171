import { errorMessage } from '@fluxctl/shared/errors';
import { type ImageRef, parseImageRef, writeImageRef } from '@fluxctl/shared/images/image-ref';
import { type FieldPath, printFieldPath } from '../field-path.ts';
import { valuesOf } from '../helm-release-images.ts';
import { type ImageSite, imageSites } from '../workload-images.ts';
import { isSequence, YamlMap, type YamlNode } from '../yaml/node.ts';
import { scalarText } from '../yaml/scalar-text.ts';
import { objectOf } from '../yaml/to-json.ts';
import { linesBehind } from './block-map.ts';
import type { Draft, EditedObject } from './draft.ts';
import { editFlowMap } from './flow-map.ts';
import { columnOf } from './lines.ts';
import { entryOf, nodeAt, resolveAlias } from './lookup.ts';
import { styleOf, writePair } from './map-style.ts';
import { onlyScalar } from './only-scalar.ts';
import type { MapNode, SyntaxNode } from './syntax.ts';

/** An image for a container. */
export interface ImageEdit {
  /** As `workloadImages` names it; of several with one name the first is meant. */
  readonly container: string;
  /** As it is to be written: in the spelling of the file, and with the digest where there is one now. */
  readonly image: string;
}

/** A key that a map lacks. */
interface Addition {
  readonly map: MapNode;
  readonly key: string;
  readonly value: string;
  /** What a merge brings. */
  readonly merged: SyntaxNode | undefined;
}

/** Sets the images of some containers of a workload. @throws {EditProblem} */
export function editImages(
  draft: Draft,
  object: EditedObject,
  kind: string,
  edits: readonly ImageEdit[],
): void {
  const sites = imageSites(kind, objectOf(object.value));
  if (!sites)
    throw draft.problem(object.node, `updating resource kind ${JSON.stringify(kind)} not supported`);
  const additions: Addition[] = [];
  for (const edit of edits) {
    const site = sites.find(({ container }) => container === edit.container);
    if (!site) throw draft.problem(object.node, `there is no container "${edit.container}"`);
    for (const [path, value] of targetsOf(draft, object, site, edit)) {
      if (valueAt(object.value, path) === value) continue;
      draft.intend([...object.path, ...path], value);
      const addition = setText(draft, object, path, value);
      if (addition) additions.push(addition);
    }
  }
  for (const addition of additions) {
    // what a merge brings may be changed where it comes from, for another container
    if (draft.nextText(addition.merged) !== addition.value) add(draft, addition);
  }
}

/** What is to be written where. */
function targetsOf(
  draft: Draft,
  object: EditedObject,
  site: ImageSite,
  edit: ImageEdit,
): Iterable<readonly [FieldPath, string]> {
  const fail = (reason: string, path: FieldPath): never => {
    const node = nodeAt(draft.syntax, object.node, path)?.node ?? object.node;
    throw draft.problem(node, `container "${edit.container}": ${reason}`);
  };
  const place = site.layout === 'pod' ? site.path : site.place.repository;
  let next: ImageRef;
  try {
    next = parseImageRef(edit.image);
  } catch (error) {
    return fail(errorMessage(error), place);
  }
  const current = site.layout === 'pod' ? readPodImage(site.written) : site.place.image;
  if (current?.sha256 && next.sha256 === '') {
    fail(`the image is pinned by a digest, and ${edit.image} comes without one`, place);
  }
  if (site.layout === 'pod') return [[site.path, edit.image]];
  if (!current) fail(`the values make no image reference: ${site.place.problem}`, place);
  if (site.place.digest && current && writeImageRef(current) !== writeImageRef(next)) {
    fail(`${printFieldPath(site.place.digest)} goes on naming the old image`, site.place.digest);
  }
  try {
    return valuesOf(site.place, next, (path) => textAt(object.value, path));
  } catch (error) {
    return fail(errorMessage(error), place);
  }
}

function readPodImage(written: string): ImageRef | undefined {
  try {
    return parseImageRef(written);
  } catch {
    return undefined; // what is no image may become one
  }
}

/** @returns what is still to be added, where the map has no such key of its own */
function setText(draft: Draft, object: EditedObject, path: FieldPath, value: string): Addition | undefined {
  const key = String(path.at(-1));
  const only = draft.isPlain ? onlyScalar(draft.text, key, valueAt(object.value, path)) : undefined;
  if (only) {
    draft.setScalar(only, value);
    return undefined;
  }
  const map = nodeAt(draft.syntax, object.node, path.slice(0, -1))?.node;
  if (map?.type !== 'map')
    throw draft.problem(object.node, `${printFieldPath(path)} cannot be found in the text`);
  const entry = entryOf(draft.syntax, map, key);
  const node = entry && resolveAlias(draft.syntax, entry.value);
  if (!entry || !map.entries.includes(entry)) return { map, key, value, merged: node };
  if (node?.type !== 'scalar') throw draft.problem(node, `${printFieldPath(path)} is no text`);
  draft.setScalar(node, value);
  return undefined;
}

function add(draft: Draft, { map, key, value }: Addition): void {
  const pair = writePair([key, value], styleOf(map), map.flow);
  const last = map.entries.at(-1);
  if (map.flow || !last) {
    draft.splice(...editFlowMap(draft.text, map, new Set(), [pair]));
  } else {
    draft.splice(linesBehind(draft.text, last.value, [' '.repeat(columnOf(draft.text, map.start)) + pair]));
  }
}

function textAt(object: YamlMap, path: FieldPath): string {
  const value = valueAt(object, path);
  return value === undefined || value instanceof YamlMap || isSequence(value) ? '' : scalarText(value);
}

function valueAt(object: YamlMap, path: FieldPath): YamlNode | undefined {
  return path.reduce<YamlNode | undefined>((at, part) => {
    if (typeof part === 'number') return isSequence(at) ? at[part] : undefined;
    return at instanceof YamlMap ? at.get(part) : undefined;
  }, object);
}
