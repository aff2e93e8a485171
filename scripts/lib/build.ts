import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rolldown } from 'rolldown';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The two programs that ship. */
const programs = [
  { name: 'fluxctl', folder: 'packages/cli' },
  { name: 'fluxd', folder: 'packages/daemon' },
] as const;

for (const { name, folder } of programs) {
  const dist = join(root, folder, 'dist');
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const bundle = await rolldown({
    input: { [name]: join(root, folder, 'src/main.ts') },
    platform: 'node',
    // what is not told here is of no use to who builds
    onLog: (level, log, handle) => {
      if (level === 'warn' && log.code !== 'EVAL' && log.code !== 'CIRCULAR_DEPENDENCY') handle(level, log);
    },
  });
  const { output } = await bundle.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: 'chunks/[name]-[hash].mjs',
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
    // function names are kept for what the log says of its callers
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: { legal: false },
  });
  await bundle.close();
  await chmod(join(dist, `${name}.mjs`), 0o755);
  await writeFile(
    join(dist, 'THIRD-PARTY-LICENSES.txt'),
    await licences(output.filter((o) => o.type === 'chunk')),
  );
  const bytes = output.reduce((sum, o) => sum + (o.type === 'chunk' ? o.code.length : 0), 0);
  console.log(`${folder}/dist: ${output.length} files, ${Math.round(bytes / 1024)} KiB`);
}

/** The licence texts of all packages that have code in the bundle. */
async function licences(chunks: readonly OutputChunk[]): Promise<string> {
  const folders = new Set<string>();
  for (const { moduleIds } of chunks) {
    for (const id of moduleIds) {
      const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id);
      if (match?.[1]) folders.add(match[1]);
    }
  }
  const texts = await Promise.all(
    [...folders].map(async (folder) => {
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        readonly name: string;
        readonly version: string;
        readonly license?: string;
      };
      const file = (await readdir(folder)).find((name) => /^(licen[cs]e|copying)/i.test(name));
      const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
      return `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})\n\n${text.trim()}\n`;
    }),
  );
  return texts.toSorted().join(`\n${'-'.repeat(72)}\n\n`);
}
