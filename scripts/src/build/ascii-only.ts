import type { Plugin } from 'rolldown';

/**
 * Writes what is not ASCII as escapes: V8 keeps the text of a file for as long as the program runs, and one
 * `…` in two megabytes would double all of it. In code such characters stand in strings, templates, regular
 * expressions and comments, where an escape means the same.
 */
export const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk') file.code = file.code.replace(/[\u0080-\uffff]/g, escapeUnit);
    }
  },
};

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
