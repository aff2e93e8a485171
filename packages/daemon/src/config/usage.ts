import { type Option, options } from './options.ts';

const typeNames = {
  string: 'string',
  list: 'strings',
  texts: 'stringArray',
  duration: 'duration',
  integer: 'int',
  number: 'float',
  switch: '',
  count: 'count',
  map: 'stringToString',
} as const satisfies Record<Option['type'], string>;

/** What `--help` and a wrong flag show. */
export function usage(): string {
  const rows = Object.entries<Option>(options)
    .filter(([, row]) => row.deprecated === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, row]) => [flagText(name, row), `${row.help}${fallbackText(row)}`] as const);
  const width = Math.max(...rows.map(([flag]) => flag.length));
  const lines = rows.map(([flag, help]) => `${flag.padEnd(width)}   ${help}`);
  return ['DESCRIPTION', '  fluxd is the agent of flux.', '', 'FLAGS', ...lines, ''].join('\n');
}

function flagText(name: string, { short, type }: Option): string {
  const typeName = typeNames[type];
  return `  ${short ? `-${short}, ` : '    '}--${name}${typeName === '' ? '' : ` ${typeName}`}`;
}

function fallbackText({ type, fallback }: Option): string {
  if (fallback === '' || fallback === 'false' || fallback === '0' || fallback === '0s') return '';
  if (type === 'string') return ` (default ${JSON.stringify(fallback)})`;
  return type === 'list' ? ` (default [${fallback}])` : ` (default ${fallback})`;
}
