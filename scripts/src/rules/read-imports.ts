import { parseSync } from 'rolldown/utils';

/** `import(…)`, in a type or as a call; what it may be read out of by mistake (a comment, a text) is told too. */
const importExpression = /\bimport\s*\(\s*(['"`])([^'"`]+)\1/g;

/**
 * What a TypeScript module imports or exports again, types too, as written.
 * @throws {Error} when the text does not parse
 */
export function readImports(path: string, text: string): readonly string[] {
  const { module, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const specifiers = new Set<string>();
  for (const { moduleRequest } of module.staticImports) specifiers.add(moduleRequest.value);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) specifiers.add(moduleRequest.value);
  }
  for (const [, , specifier] of text.matchAll(importExpression)) if (specifier) specifiers.add(specifier);
  return [...specifiers];
}
