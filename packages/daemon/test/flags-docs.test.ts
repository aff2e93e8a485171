import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type Option, options } from '../src/config/options.ts';

const manual = new URL('../../../docs/fluxd.md', import.meta.url);
const rows = Object.entries<Option>(options);

function part(name: string, lines: readonly string[]): string {
  return `<!-- ${name}: from the program -->\n\n${lines.join('\n')}\n\n<!-- end of ${name} -->`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*');
}

const flags = part('flags', [
  '| flag | default | meaning |',
  '| --- | --- | --- |',
  ...rows
    .filter(([, { deprecated }]) => deprecated === undefined)
    .map(([name, { short, fallback, help, idle, refused }]) => {
      const note = refused ? ' (*refused: not supported yet*)' : idle ? ' (*no effect yet*)' : '';
      const flag = `\`--${name}\`${short ? `, \`-${short}\`` : ''}`;
      return `| ${flag} | ${fallback === '' ? '' : `\`${fallback}\``} | ${cell(help)}${note} |`;
    }),
]);

const deprecated = part(
  'deprecated',
  rows.flatMap(([name, { deprecated: advice }]) =>
    advice === undefined ? [] : [`- \`--${name}\`: ${cell(advice)}`],
  ),
);

/** Written anew where `UPDATE_DOCS=1` asks for it. */
async function read(): Promise<string> {
  const text = await readFile(manual, 'utf8');
  if (process.env['UPDATE_DOCS'] !== '1') return text;
  const next = [flags, deprecated].reduce((before, made) => {
    const [start = '', end = ''] = [made.split('\n').at(0), made.split('\n').at(-1)];
    return before.slice(0, before.indexOf(start)) + made + before.slice(before.indexOf(end) + end.length);
  }, text);
  await writeFile(manual, next);
  return next;
}

it('docs/fluxd.md describes every flag as the program does', async () => {
  const text = await read();
  expect(text).toContain(flags);
  expect(text).toContain(deprecated);
});
