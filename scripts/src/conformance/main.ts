import { readTrackedFiles } from '../rules/tracked-files.ts';
import { countCases, printRanges } from './count-cases.ts';

const tests = readTrackedFiles((path) => path.startsWith('packages/') && path.endsWith('.test.ts'));
const { coverage, problems } = countCases(tests);
for (const { document, done, left } of coverage) {
  console.log(`${document}: ${done.length} of ${done.length + left.length} cases have tests`);
  console.log(`  done: ${printRanges(done) || 'none'}`);
  console.log(`  left: ${printRanges(left) || 'none'}`);
}
for (const problem of problems) console.error(`error: no such case: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
