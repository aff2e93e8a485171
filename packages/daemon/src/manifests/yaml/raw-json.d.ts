/** JSON.parse source text access, which Node.js 22 and newer have and TypeScript's library does not yet. */
interface JSON {
  /** A value that `JSON.stringify` writes as this very text. */
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): boolean;
}
