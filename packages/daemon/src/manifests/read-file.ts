import type { Facts } from './object-facts.ts';
import { type DocumentBytes, type DocumentRead, type ReadTools, readDocument } from './read-document.ts';
import { decodeText } from './yaml/decode-text.ts';
import { splitDocuments } from './yaml/documents.ts';

/**
 * Reads a file document by document, so that the caller can pause in between.
 * @returns for each document what it holds, and its length in characters
 */
export function* readFile(
  file: Buffer,
  tools: ReadTools,
): Generator<DocumentRead & { readonly length: number }> {
  const decoded = decodeText(file);
  if (!decoded.ok) {
    yield { facts: notUtf8(decoded.line), bodies: [], length: file.length };
    return;
  }
  const { bytes, text } = decoded;
  const positions = new BytePositions(text, bytes.length);
  for (const slice of splitDocuments(text)) {
    const place: DocumentBytes = {
      start: positions.of(slice.start),
      end: positions.of(slice.start + slice.text.length),
    };
    const { facts, bodies } = readDocument(slice, place, tools);
    yield { facts, bodies, length: slice.text.length };
  }
}

function notUtf8(line: number): Facts {
  return {
    objects: [],
    problems: [
      {
        severity: 'error',
        doing: 'scanning multidoc',
        text: `yaml: line ${line}: the file is not UTF-8`,
        line,
        document: undefined,
        ids: [],
      },
    ],
  };
}

/** Turns places in a text into places in its bytes; to be asked in ascending order. */
class BytePositions {
  readonly #text: string;
  readonly #ascii: boolean;
  #character = 0;
  #byte = 0;

  constructor(text: string, bytes: number) {
    this.#text = text;
    this.#ascii = text.length === bytes;
  }

  of(character: number): number {
    if (this.#ascii) return character;
    this.#byte += Buffer.byteLength(this.#text.slice(this.#character, character));
    this.#character = character;
    return this.#byte;
  }
}
