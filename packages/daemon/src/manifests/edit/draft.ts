import type { FieldPath } from '../field-path.ts';
import { countLines } from '../yaml/documents.ts';
import type { YamlMap, YamlNode } from '../yaml/node.ts';
import { EditProblem } from './edit-problem.ts';
import type { Splice } from './splice.ts';
import type { MapNode, ScalarNode, SyntaxDocument, SyntaxNode } from './syntax.ts';
import { replaceScalar } from './write-scalar.ts';

/** A value that an edit means to change. */
export interface IntendedChange {
  /** From the top of the document. */
  readonly path: FieldPath;
  /** Undefined where it is to go. */
  readonly value: YamlNode | undefined;
}

/** One object of a document that is edited. */
export interface EditedObject {
  readonly node: MapNode;
  readonly value: YamlMap;
  /** From the top of the document. */
  readonly path: FieldPath;
}

/** Collects what is to change in a document, before anything does. */
export class Draft {
  readonly syntax: SyntaxDocument;
  readonly splices: Splice[] = [];
  readonly changes: IntendedChange[] = [];
  readonly #scalars = new Map<ScalarNode, string>();

  constructor(syntax: SyntaxDocument) {
    this.syntax = syntax;
  }

  get text(): string {
    return this.syntax.text;
  }

  intend(path: FieldPath, value: YamlNode | undefined): void {
    this.changes.push({ path, value });
  }

  splice(...splices: readonly Splice[]): void {
    this.splices.push(...splices);
  }

  /** Gives a scalar another text; the same one twice where an anchor shares it. @throws {EditProblem} */
  setScalar(node: ScalarNode, value: string): void {
    const other = this.#scalars.get(node);
    if (other === value) return;
    if (other !== undefined) {
      throw this.problem(
        node,
        `one value would have to be both ${other} and ${value}${node.anchor === undefined ? '' : `: it is shared through anchor &${node.anchor}`}`,
      );
    }
    this.#scalars.set(node, value);
    this.splices.push({ start: node.start, end: node.end, text: replaceScalar(this.text, node, value) });
  }

  /** The text that a scalar is going to have; undefined where it stays. */
  nextText(node: SyntaxNode | undefined): string | undefined {
    return node?.type === 'scalar' ? this.#scalars.get(node) : undefined;
  }

  /** A problem with its line in the document. */
  problem(node: SyntaxNode | undefined, message: string, help?: string): EditProblem {
    return new EditProblem(message, node && 1 + countLines(this.text, 0, node.from), help);
  }
}
