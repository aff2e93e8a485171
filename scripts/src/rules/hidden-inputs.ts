/** Flags, environment, clock and chance are handed in by `main.ts`; durations may be measured anywhere. */
const hiddenInput = /\bprocess\.(?:env|argv)\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b/;

/**
 * Places in the daemon and in the shared code that look by themselves at what `main.ts` should hand them, as
 * `path:line: text`.
 */
export function findHiddenInputs(files: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = [];
  for (const [path, text] of files) {
    if (!/^packages\/(daemon|shared)\/src\/.+\.ts$/.test(path)) continue;
    if (path.endsWith('.test.ts') || path === 'packages/daemon/src/main.ts') continue;
    text.split('\n').forEach((line, index) => {
      const code = line.replace(/^\s*(?:\/\/|\/?\*).*$/, '');
      if (hiddenInput.test(code)) found.push(`${path}:${index + 1}: ${line.trim()}`);
    });
  }
  return found;
}
