import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which scripts are run as which commands. */
export interface Scripts {
  readonly fluxctl: string;
  readonly fluxd: string;
}

/** @throws {Error} when the built ones are asked for and were not built */
export function findScripts(root: string, built: boolean): Scripts {
  const scripts = built
    ? { fluxctl: 'packages/cli/dist/fluxctl.mjs', fluxd: 'packages/daemon/dist/fluxd.mjs' }
    : { fluxctl: 'packages/cli/src/main.ts', fluxd: 'packages/daemon/src/main.ts' };
  const found = { fluxctl: join(root, scripts.fluxctl), fluxd: join(root, scripts.fluxd) };
  if (!Object.values(found).every((path) => existsSync(path))) throw new Error('run scripts/build first');
  return found;
}

/**
 * Makes a folder for the front of PATH.
 * @param programs - for each command the script that Node.js is to run
 */
export function makeBinFolder(folder: string, programs: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(programs)) {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
    chmodSync(path, 0o755);
  }
  return folder;
}

/** Where a program is on a PATH. */
export function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** As git prints it: `git version 2.39.5`. */
export function versionLine(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' }).split('\n')[0] ?? '';
}
