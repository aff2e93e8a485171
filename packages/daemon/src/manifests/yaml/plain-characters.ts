/** Codes of the characters that mean something to `readPlainDocument`. */
export const newline = 0x0a;
export const space = 0x20;
export const doubleQuote = 0x22;
export const hash = 0x23;
export const singleQuote = 0x27;
export const comma = 0x2c;
export const dash = 0x2d;
export const colon = 0x3a;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const bar = 0x7c;
export const closeBrace = 0x7d;

/** What may stand in a key without quotes, and where a key and a value may begin: less than YAML allows. */
export const inKey = wordCharacters('._/-');
export const startsKey = wordCharacters('._/');
export const startsValue = wordCharacters('._/-$+(~=^');

/** 1 at the codes of letters, digits and `others`. */
function wordCharacters(others: string): Uint8Array {
  const table = new Uint8Array(128);
  for (let code = 0; code < table.length; code += 1) {
    const text = String.fromCharCode(code);
    if (/[0-9A-Za-z]/.test(text) || others.includes(text)) table[code] = 1;
  }
  return table;
}

export function isQuote(code: number): boolean {
  return code === doubleQuote || code === singleQuote;
}

export function isBlank(code: number): boolean {
  return code === space || code === newline;
}

/** Whether a colon before this is no part of a plain value. */
export function endsKey(code: number, inBrackets: boolean): boolean {
  return isBlank(code) || (inBrackets && isFlowIndicator(code));
}

export function isFlowIndicator(code: number): boolean {
  return (
    code === comma ||
    code === openBracket ||
    code === closeBracket ||
    code === openBrace ||
    code === closeBrace
  );
}

/** How many spaces there are from here on. */
export function indentAt(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === space) end += 1;
  return end - at;
}
