import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Import } from './room-rule.ts';

/** `import … from`, `export … from`, `import('…')`; with whether it is for types only. */
const statement =
  /^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

const packageFolders: Readonly<Record<string, string>> = {
  '@fluxctl/shared': 'packages/shared',
  '@fluxctl/sandbox': 'packages/sandbox',
  fluxctl: 'packages/cli',
  fluxd: 'packages/daemon',
};

export interface ReadImport extends Import {
  /** Gone when the program runs. */
  readonly typeOnly: boolean;
}

/** All files of the repository: those that git tracks, and new ones that it does not ignore. */
export function repositoryFiles(root: string): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)));
}

/** The imports among the files of the packages. */
export function readImports(root: string, files: readonly string[]): ReadImport[] {
  return files
    .filter((file) => file.startsWith('packages/') && file.endsWith('.ts'))
    .flatMap((from) => {
      const text = readFileSync(join(root, from), 'utf8');
      return [...text.matchAll(statement)].flatMap((match) => {
        const to = target(from, match[2] ?? match[3] ?? match[4] ?? '');
        return to === undefined ? [] : [{ from, to, typeOnly: match[1] !== undefined }];
      });
    });
}

function target(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  for (const [name, folder] of Object.entries(packageFolders)) {
    if (specifier === name) return `${folder}/src/index.ts`;
    if (specifier.startsWith(`${name}/`)) return `${folder}/src/${specifier.slice(name.length + 1)}.ts`;
  }
  return undefined;
}
