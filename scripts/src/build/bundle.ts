import { chmodSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { minify } from 'rolldown/utils';
import { asciiOnly } from './ascii-only.ts';
import { chunkGroups } from './chunk-groups.ts';
import { compileCacheFrom } from './compile-cache.ts';
import { leanAxios } from './lean-axios.ts';
import { leanCommander } from './lean-commander.ts';
import { leanHttp } from './lean-http.ts';
import { leanPortForward } from './lean-port-forward.ts';
import { printLicences, readBundledPackages } from './licences.ts';
import type { Program } from './programs.ts';

export interface BundleFile {
  /** Below the bundle's folder. */
  readonly name: string;
  readonly bytes: number;
  /** Files that are loaded with this one. */
  readonly imports: readonly string[];
  /** Paths of the modules in it. */
  readonly modules: readonly string[];
}

/** Of our own code names are kept, for stack traces. */
const dense = { mangle: false, compress: true, codegen: true };

/** Where our own code keeps its lines, as the daemon's log tells them as `caller`, libraries need not. */
const denseLibraries: Plugin = {
  name: 'dense-libraries',
  async renderChunk(code, { fileName, moduleIds }) {
    const foreign = moduleIds.length > 0 && moduleIds.every((id) => /\/node_modules\/|^virtual:/.test(id));
    return foreign ? (await minify(fileName, code, { module: true })).code : null;
  },
};

/**
 * Builds one program into a folder that needs nothing beside it: an executable `NAME.mjs`, the rest in
 * `chunks/`, our licence and those of what is inside. What was in the folder is replaced in one step.
 * @param root - the repository's folder
 * @param folder - absolute
 * @throws {Error} for whatever the bundler warns of
 */
export async function bundleProgram(
  program: Program,
  root: string,
  folder: string,
): Promise<readonly BundleFile[]> {
  const warnings: string[] = [];
  const compileCache =
    program.heavyFrom !== undefined &&
    compileCacheFrom(join(root, program.folder, program.heavyFrom), program.name);
  const bundle = await rolldown({
    input: { [program.name]: join(root, program.folder, program.entry) },
    platform: 'node',
    // Its modules only define classes; 800 of them are models of kinds, which nobody here asks for.
    treeshake: { moduleSideEffects: [{ test: /\/client-node\/dist\//, sideEffects: false }] },
    plugins: [leanAxios, leanHttp, leanCommander, leanPortForward, denseLibraries, compileCache, asciiOnly],
    onLog: (level, log) => {
      // A dynamic import may be there to break a circle, not to be lazy.
      if (level === 'warn' && log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') warnings.push(log.message);
    },
  });
  const next = `${folder}.${process.pid}`;
  try {
    const { output } = await bundle.write({
      dir: next,
      format: 'esm',
      banner: ({ isEntry }) => (isEntry ? shebangOf(program) : ''),
      entryFileNames: '[name].mjs',
      chunkFileNames: 'chunks/[name].mjs',
      minify: program.roomsApart ? 'dce-only' : dense,
      codeSplitting: { groups: chunkGroups(program, root) },
    });
    if (warnings.length > 0) throw new Error(`bundling ${program.name}:\n${warnings.join('\n')}`);
    const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk');
    const packages = readBundledPackages(chunks.flatMap(({ moduleIds }) => moduleIds));
    writeFileSync(join(next, 'third-party-licences.txt'), printLicences(packages));
    copyFileSync(join(root, 'LICENSE'), join(next, 'LICENSE'));
    chmodSync(join(next, `${program.name}.mjs`), 0o755);
    rmSync(folder, { recursive: true, force: true });
    await rename(next, folder);
    return chunks.map(describe);
  } finally {
    await bundle.close();
    rmSync(next, { recursive: true, force: true });
  }
}

function shebangOf({ nodeOptions, environment }: Program): string {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const words = [...settings, 'node', ...nodeOptions];
  return `#!/usr/bin/env ${words.length > 1 ? '-S ' : ''}${words.join(' ')}`;
}

function describe({ fileName, code, imports, moduleIds }: OutputChunk): BundleFile {
  return { name: fileName, bytes: Buffer.byteLength(code), imports, modules: moduleIds };
}
