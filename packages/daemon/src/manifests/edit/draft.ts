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
  /** Costs `Draft.syntax`. @throws {EditProblem} when its text is no map of its own */
  readonly node: MapNode;
  readonly value: YamlMap;
  /** From the top of the document. */
  readonly path: FieldPath;
}

/** Collects what is to change in a document, before anything does. */
export class Draft {
  readonly text: string;
  /** Whether `readPlainDocument` could read the text. */
  readonly isPlain: boolean;
  readonly splices: Splice[] = [];
  readonly changes: IntendedChange[] = [];
  /** By where they start, as that is the same however a scalar was found. */
  readonly #scalars = new Map<number, string>();
  readonly #readSyntax: () => SyntaxDocument;
  #syntax: SyntaxDocument | undefined;

  /** @param readSyntax - costs more than all else: called when something needs it */
  constructor(text: string, isPlain: boolean, readSyntax: () => SyntaxDocument) {
    this.text = text;
    this.isPlain = isPlain;
    this.#readSyntax = readSyntax;
  }

  /** Where everything stands. Most images are set without it. */
  get syntax(): SyntaxDocument {
    this.#syntax ??= this.#readSyntax();
    return this.#syntax;
  }

  intend(path: FieldPath, value: YamlNode | undefined): void {
    this.changes.push({ path, value });
  }

  splice(...splices: readonly Splice[]): void {
    this.splices.push(...splices);
  }

  /** Gives a scalar another text; the same one twice where an anchor shares it. @throws {EditProblem} */
  setScalar(node: ScalarNode, value: string): void {
    const other = this.#scalars.get(node.start);
    if (other === value) return;
    if (other !== undefined) {
      throw this.problem(
        node,
        `one value would have to be both ${other} and ${value}${node.anchor === undefined ? '' : `: it is shared through anchor &${node.anchor}`}`,
      );
    }
    this.#scalars.set(node.start, value);
    this.splices.push({ start: node.start, end: node.end, text: replaceScalar(this.text, node, value) });
  }

  /** The text that a scalar is going to have; undefined where it stays. */
  nextText(node: SyntaxNode | undefined): string | undefined {
    return node?.type === 'scalar' ? this.#scalars.get(node.start) : undefined;
  }

  /** A problem with its line in the document. */
  problem(node: SyntaxNode | undefined, message: string, help?: string): EditProblem {
    return new EditProblem(message, node && 1 + countLines(this.text, 0, node.from), help);
  }
}
