import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package that became part of a bundle. */
export interface Bundled {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as the package says. */
  readonly licence: string;
  /** The texts of its licence and notice files. */
  readonly texts: readonly string[];
}

/**
 * The packages that modules come from, sorted by name and version; our own are left out.
 * @param moduleIds - absolute paths
 * @throws {Error} when a package names no licence
 */
export function readBundledPackages(moduleIds: Iterable<string>): readonly Bundled[] {
  const found = new Map<string, Bundled>();
  for (const id of moduleIds) {
    const folder = packageFolder(id);
    if (folder !== undefined && !found.has(folder)) found.set(folder, readPackage(folder));
  }
  const order = (one: Bundled): string => `${one.name}@${one.version}`;
  return [...found.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** One text for all: what each package is, and under which words it may be passed on. */
export function printLicences(packages: readonly Bundled[]): string {
  const chapters = packages.map(({ name, version, licence, texts }) =>
    [`${name} ${version}`, `Licence: ${licence}`, '', ...texts].join('\n'),
  );
  const intro = 'This program contains the following packages, each under its own licence.';
  return `${[intro, ...chapters].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** `/x/node_modules/a/lib/b.js` → `/x/node_modules/a`, of the innermost node_modules. */
function packageFolder(id: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0];
}

function readPackage(folder: string): Bundled {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const name = String(manifest.name);
  const licence = licenceOf(manifest);
  if (licence === '') throw new Error(`${name} names no licence`);
  const files = readdirSync(folder).filter((file) => /^(licen[sc]e|notice|copying)(\.|-|$)/i.test(file));
  return {
    name,
    version: String(manifest.version),
    licence,
    texts: files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim()),
  };
}

/** `"license": "MIT"`, or as it was written once: `"licenses": [{ "type": "MIT", … }]`. */
function licenceOf({ license, licenses }: Record<string, unknown>): string {
  if (typeof license === 'string') return license;
  if (!Array.isArray(licenses)) return '';
  return licenses.map(({ type }: { readonly type?: string }) => type ?? '').join(' OR ');
}
