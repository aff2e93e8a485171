import { UserError } from '@fluxctl/shared/errors';
import type { FlagTable } from '@fluxctl/shared/flags/flag';

export const outputFormats = ['tab', 'json'] as const;
/** Of commands whose table can have more columns than Flux v1's. */
export const wideFormats = ['tab', 'wide', 'json'] as const;

export const formatFlag = {
  'output-format': { type: 'string', short: 'o', fallback: 'tab', help: 'Output format: tab or json' },
} as const satisfies FlagTable;

const headersFlag = {
  'no-headers': { type: 'switch', fallback: 'false', help: 'Leave out the headings of the table' },
} as const satisfies FlagTable;

/** Flags of the commands that list things. */
export const listingFlags = { ...headersFlag, ...formatFlag } as const satisfies FlagTable;

/** With `-o wide`. */
export const wideListingFlags = {
  ...headersFlag,
  'output-format': {
    type: 'string',
    short: 'o',
    fallback: 'tab',
    help: 'Output format: tab, wide (more columns) or json',
  },
} as const satisfies FlagTable;

/** @throws {UserError} when there is no such format */
export function checkFormat<const Format extends string>(text: string, formats: readonly Format[]): Format {
  const format = formats.find((known) => known === text);
  if (!format) throw new UserError('invalid output format specified');
  return format;
}
