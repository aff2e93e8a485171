import { type Policies, policyOfAnnotation, readPolicies } from '@fluxctl/shared/policy/policies';
import { type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import { customScopesOf } from './custom-scopes.ts';
import { manifestChecksum } from './mark.ts';
import type { Facts, FactsProblem, ObjectFacts, ObjectPlace } from './object-facts.ts';
import { detached, type StringPool } from './string-pool.ts';
import { isScalar, shapeProblem } from './workload-shape.ts';
import { type ComposedDocument, composeDocument } from './yaml/compose.ts';
import type { DocumentSlice } from './yaml/documents.ts';
import type { YamlEncoder } from './yaml/encode.ts';
import { isSequence, YamlMap, type YamlNode, type YamlScalar } from './yaml/node.ts';
import { YamlError } from './yaml/parse-events.ts';
import { scalarText } from './yaml/scalar-text.ts';

/** What many documents are read with, one after the other. */
export interface ReadTools {
  readonly pool: StringPool;
  readonly encoder: YamlEncoder;
}

/** Where the bytes of a document are. */
export type DocumentBytes = Pick<ObjectPlace, 'start' | 'end'>;

export interface DocumentRead {
  readonly facts: Facts;
  /** Of each object of the facts, in their order. */
  readonly bodies: readonly YamlMap[];
}

/**
 * The objects of one document: itself, or the items of a `List`. A document without `kind` is none; one
 * that cannot be read is a problem.
 */
export function readDocument(slice: DocumentSlice, bytes: DocumentBytes, tools: ReadTools): DocumentRead {
  try {
    const document = composeDocument(slice.text);
    const reader = new ObjectReader(document, slice, bytes, tools);
    reader.readRoot(document.root);
    const facts = { objects: trimmed(reader.objects), problems: trimmed(reader.problems) };
    return { facts, bodies: reader.bodies };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const line = slice.line + error.line - 1;
    const problem: FactsProblem = {
      severity: 'error',
      doing: 'scanning multidoc',
      text: `yaml: line ${line}: ${error.message}`,
      line,
      document: slice.document,
      ids: [],
    };
    return { facts: { objects: [], problems: [problem] }, bodies: [] };
  }
}

class ObjectReader {
  readonly objects: ObjectFacts[] = [];
  readonly bodies: YamlMap[] = [];
  readonly problems: FactsProblem[] = [];
  readonly #document: ComposedDocument;
  readonly #slice: DocumentSlice;
  readonly #bytes: DocumentBytes;
  readonly #tools: ReadTools;

  constructor(document: ComposedDocument, slice: DocumentSlice, bytes: DocumentBytes, tools: ReadTools) {
    this.#document = document;
    this.#slice = slice;
    this.#bytes = bytes;
    this.#tools = tools;
  }

  readRoot(root: YamlNode): void {
    const line = this.#fileLine(this.#document.line);
    if (root === null) return;
    if (!(root instanceof YamlMap)) {
      this.#reject('a document must be a mapping, with apiVersion and kind', line, []);
      return;
    }
    const kind = textOf(root.get('kind'));
    if (kind === undefined) this.#reject('kind must be a string', line, []);
    else if (kind.endsWith('List')) this.#readList(root, kind, line);
    else if (kind !== '') this.#readObject(root, kind, line, undefined);
  }

  #readList(list: YamlMap, kind: string, line: number): void {
    const items = list.get('items') ?? null;
    const { itemLines } = this.#document;
    this.#tellRemarks(0, itemLines[0] ?? Number.POSITIVE_INFINITY, []);
    if (items === null) {
      const metadata = list.get('metadata');
      if (metadata instanceof YamlMap && textOf(metadata.get('name'))) {
        this.#warn(
          `${kind} has a name but no items: as all kinds that end in List it is read as a list`,
          line,
        );
      }
      return;
    }
    if (!isSequence(items)) {
      this.#reject('items must be a list', line, []);
      return;
    }
    for (const [index, item] of items.entries()) {
      const itemLine = this.#fileLine(itemLines[index] ?? this.#document.line);
      const itemKind = item instanceof YamlMap ? textOf(item.get('kind')) : undefined;
      if (item instanceof YamlMap && itemKind) this.#readObject(item, itemKind, itemLine, index);
      else this.#reject(`item ${index + 1} of the ${kind} must be a mapping with a kind`, itemLine, []);
    }
  }

  #readObject(object: YamlMap, kind: string, line: number, item: number | undefined): void {
    const metadata = object.get('metadata') ?? null;
    if (metadata !== null && !(metadata instanceof YamlMap)) {
      this.#reject('metadata must be a mapping', line, []);
      return;
    }
    const name = textOf(metadata?.get('name'));
    const namespace = textOf(metadata?.get('namespace'));
    const apiVersion = textOf(object.get('apiVersion'));
    if (name === undefined || namespace === undefined || apiVersion === undefined) {
      this.#reject('apiVersion, metadata.name and metadata.namespace must be strings', line, []);
      return;
    }
    const id = resourceId(namespace, kind, name);
    const from = item === undefined ? 0 : (this.#document.itemLines[item] ?? 0);
    const to = item === undefined ? Number.POSITIVE_INFINITY : this.#document.itemLines[item + 1];
    const sound = this.#tellRemarks(from, to ?? Number.POSITIVE_INFINITY, [id]);
    const problem = name === '' ? 'metadata.name is missing' : objectProblem(kind, object, metadata);
    if (problem !== undefined) this.#reject(problem, line, [id]);
    if (problem !== undefined || !sound) return;

    this.bodies.push(object);
    const { pool, encoder } = this.#tools;
    this.objects.push({
      apiVersion: pool.shared(apiVersion),
      kind: pool.shared(kind),
      // part of the id, so that neither keeps the text of the whole file in memory
      name: id.slice(id.length - name.length),
      namespace: namespace === '' ? undefined : pool.shared(namespace),
      writtenId: id,
      policies: policiesOf(metadata),
      checksum: manifestChecksum(encoder.encode(object)),
      line,
      place: { document: this.#slice.document, start: this.#bytes.start, end: this.#bytes.end, item },
      customScopes: kind === 'CustomResourceDefinition' ? customScopesOf(object) : none,
    });
  }

  /**
   * Tells what was remarked on some lines of the document.
   * @returns whether none of it is an error
   */
  #tellRemarks(from: number, to: number, ids: readonly ResourceId[]): boolean {
    let sound = true;
    for (const { severity, message, line } of this.#document.remarks) {
      if (line < from || line >= to) continue;
      sound &&= severity !== 'error';
      const doing = severity === 'error' ? 'parsing YAML doc' : undefined;
      this.#tell({ severity, doing, text: message, line: this.#fileLine(line), ids });
    }
    return sound;
  }

  #reject(text: string, line: number, ids: readonly ResourceId[]): void {
    this.#tell({ severity: 'error', doing: 'parsing YAML doc', text, line, ids });
  }

  #warn(text: string, line: number): void {
    this.#tell({ severity: 'warning', doing: undefined, text, line, ids: [] });
  }

  #tell(problem: Omit<FactsProblem, 'document'>): void {
    this.problems.push({ ...problem, document: this.#slice.document });
  }

  #fileLine(line: number): number {
    return this.#slice.line + line - 1;
  }
}

function objectProblem(kind: string, object: YamlMap, metadata: YamlMap | null): string | undefined {
  const annotations = metadata?.get('annotations') ?? null;
  const readable =
    annotations === null || (annotations instanceof YamlMap && annotations.values.every(isScalar));
  return readable ? shapeProblem(kind, object) : 'metadata.annotations must be a mapping of strings';
}

function policiesOf(metadata: YamlMap | null): Policies {
  const annotations = metadata?.get('annotations');
  if (!(annotations instanceof YamlMap)) return readPolicies(none);
  const { keys, values } = annotations;
  const found: [string, string][] = [];
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at] ?? '';
    if (policyOfAnnotation(key) !== undefined)
      found.push([detached(key), detached(textOf(values[at]) ?? '')]);
  }
  return readPolicies(found);
}

const none: readonly never[] = Object.freeze([]);

/** The same entries in an array of just their size: ten thousand of these are kept. */
function trimmed<T>(entries: readonly T[]): readonly T[] {
  return entries.length === 0 ? none : entries.slice();
}

/** Scalars as text, the way Go reads them into a string; null and absent as empty; undefined for the rest. */
function textOf(node: YamlNode | undefined): string | undefined {
  if (node === null || node === undefined) return '';
  if (typeof node === 'string') return node;
  return isScalar(node) ? scalarText(node as YamlScalar) : undefined;
}
