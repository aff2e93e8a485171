import { ServerError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { BlobId } from '../git/repository.ts';
import type { ObjectPlace } from './object-facts.ts';
import { composeDocument } from './yaml/compose.ts';
import { textOf, utf8Of } from './yaml/decode-text.ts';
import { isSequence, YamlMap, type YamlNode } from './yaml/node.ts';
import { objectOf } from './yaml/to-json.ts';

/** Parses single objects out of their files. */
export class BodyReader {
  /** The list that was read last, for its other items; given up when memory is short. */
  #latest: { readonly blob: BlobId; readonly document: number; readonly root: WeakRef<YamlMap> } | undefined;

  /** @param file - the bytes of the blob, in which the object was found before */
  read(blob: BlobId, file: Buffer, place: ObjectPlace): JsonObject {
    const { document, item } = place;
    if (item === undefined) return bodyOf(composeAt(file, place));
    const latest = this.#latest;
    const known = latest?.blob === blob && latest.document === document ? latest.root.deref() : undefined;
    const root = known ?? composeAt(file, place);
    if (!(root instanceof YamlMap)) return bodyOf(root);
    if (root !== known) this.#latest = { blob, document, root: new WeakRef(root) };
    const items = root.get('items');
    return bodyOf(isSequence(items) ? items[item] : undefined);
  }
}

function composeAt(file: Buffer, { start, end }: ObjectPlace): YamlNode {
  return composeDocument(textOf(utf8Of(file).subarray(start, end))).root;
}

function bodyOf(node: YamlNode | undefined): JsonObject {
  if (node instanceof YamlMap) return objectOf(node);
  throw new ServerError('a file of the mirror is not the one that was read before');
}
