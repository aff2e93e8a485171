import { type Flag, type FlagTable, impliedValue } from '@fluxctl/shared/flags/flag';

/** The flags as a table in Markdown: what the manual must hold, made of the same rows as the help. */
export function flagTable(flags: FlagTable): string {
  const rows = Object.entries(flags)
    .filter(([, { deprecated }]) => deprecated === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, flag]) => `| ${flagCell(name, flag)} | ${flag.type} | ${fallbackCell(flag)} | ${flag.help} |`,
    );
  return ['| Flag | Type | Default | Meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function flagCell(name: string, { short }: Flag): string {
  return short === undefined ? `\`--${name}\`` : `\`--${name}\`, \`-${short}\``;
}

function fallbackCell(flag: Flag): string {
  const { fallback } = flag;
  return fallback === '' || (impliedValue(flag) !== undefined && fallback === 'false')
    ? ''
    : `\`${fallback}\``;
}
