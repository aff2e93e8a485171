import { UserError } from '@fluxctl/shared/errors';
import type { FlagTable } from '@fluxctl/shared/flags/flag';

export const outputFormats = ['tab', 'json'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export const formatFlag = {
  'output-format': { type: 'string', short: 'o', fallback: 'tab', help: 'Output format: tab or json' },
} as const satisfies FlagTable;

/** Flags of the commands that list things. */
export const listingFlags = {
  'no-headers': { type: 'switch', fallback: 'false', help: 'Leave out the headings of the table' },
  ...formatFlag,
} as const satisfies FlagTable;

/** @throws {UserError} when there is no such format */
export function checkFormat(text: string): OutputFormat {
  const format = outputFormats.find((known) => known === text);
  if (!format) throw new UserError('invalid output format specified');
  return format;
}
