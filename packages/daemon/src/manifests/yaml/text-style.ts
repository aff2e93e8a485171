/** The styles in which a string may stand in a block, as libyaml's emitter decides it. */
export interface AllowedStyles {
  readonly plain: boolean;
  readonly single: boolean;
  /** As `|`. */
  readonly block: boolean;
}

/** At the start of a plain scalar these mean something else; `- ? :` do when a space follows. */
const indicators = new Set('#,[]{}&*!|>\'"%@`');

export function analyse(text: string): AllowedStyles {
  if (text === '') return { plain: false, single: true, block: false };
  const special = specialCharacter.test(text);
  const lineBreaks = text.includes('\n');
  const spaceBeforeBreak = text.includes(' \n');
  const spaceBehindBreak = text.includes('\n ');
  const outerSpace = text.startsWith(' ') || text.endsWith(' ');
  const single = !special && !spaceBeforeBreak && !spaceBehindBreak;
  return {
    plain: single && !lineBreaks && !outerSpace && !hasIndicator(text),
    single,
    block: !special && !spaceBeforeBreak && !text.endsWith(' '),
  };
}

/** Neither printable to libyaml nor a newline. Line and paragraph separators count as such here. */
const specialCharacter = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

function hasIndicator(text: string): boolean {
  if (text.startsWith('---') || text.startsWith('...')) return true;
  const first = text[0] ?? '';
  if (indicators.has(first)) return true;
  if ((first === '-' || first === '?') && (text.length === 1 || text[1] === ' ')) return true;
  return text.endsWith(':') || text.includes(': ') || text.includes(' #');
}

/** What stands behind the `|`: an indent where the text starts with blank, and what to do with newlines at its end. */
export function literalHint(text: string, step: number): string {
  const indent = text.startsWith(' ') || text.startsWith('\n') ? String(step) : '';
  if (!text.endsWith('\n')) return `${indent}-`;
  return text === '\n' || text.endsWith('\n\n') ? `${indent}+` : indent;
}
