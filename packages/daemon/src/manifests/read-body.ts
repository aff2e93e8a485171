import { ServerError } from '@fluxctl/shared/errors';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { ObjectPlace } from './object-facts.ts';
import { composeDocument } from './yaml/compose.ts';
import { decodeText, textOf } from './yaml/decode-text.ts';
import { isSequence, YamlMap, type YamlNode } from './yaml/node.ts';
import { objectOf } from './yaml/to-json.ts';

/**
 * Parses one object out of its file.
 * @param file - the very bytes in which the object was found
 */
export function readBody(file: Buffer, place: ObjectPlace): JsonObject {
  const object = itemOf(documentAt(file, place), place);
  if (!(object instanceof YamlMap)) throw new ServerError('the file is not the one that was read before');
  return objectOf(object);
}

function documentAt(file: Buffer, { start, end }: ObjectPlace): YamlNode {
  const decoded = decodeText(file);
  if (!decoded.ok) return null;
  return composeDocument(textOf(decoded.bytes.subarray(start, end))).root;
}

function itemOf(root: YamlNode, { item }: ObjectPlace): YamlNode | undefined {
  if (item === undefined) return root;
  const items = root instanceof YamlMap ? root.get('items') : undefined;
  return isSequence(items) ? items[item] : undefined;
}
