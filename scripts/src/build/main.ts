import { join } from 'node:path';
import { repositoryRoot } from '../rules/tracked-files.ts';
import { bundleProgram } from './bundle.ts';
import { programs } from './programs.ts';

for (const program of programs) {
  const folder = join(repositoryRoot, program.folder, 'dist');
  const files = await bundleProgram(program, repositoryRoot, folder);
  const kilobytes = Math.round(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1000);
  console.log(`${program.folder}/dist/${program.name}.mjs: ${files.length} files, ${kilobytes} kB`);
}
