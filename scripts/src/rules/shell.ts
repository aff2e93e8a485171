/** What bash 3.2 or macOS do not have, and what people there get instead. */
const newer: readonly { readonly pattern: RegExp; readonly because: string }[] = [
  { pattern: /\b(?:mapfile|readarray|coproc)\b/, because: 'bash 4' },
  { pattern: /\b(?:declare|local|typeset) -[a-zA-Z]*[Agn]/, because: 'bash 4' },
  { pattern: /\$\{[A-Za-z_]\w*(?:\^\^?|,,?|@[A-Za-z])/, because: 'bash 4' },
  { pattern: /&>>|\|&|;;&|;&/, because: 'bash 4' },
  { pattern: /\$(?:\{)?(?:EPOCHSECONDS|EPOCHREALTIME|BASHPID|SRANDOM)\b/, because: 'bash 4 or 5' },
  { pattern: /\bwait -[a-z]*n/, because: 'bash 4.3' },
  { pattern: /\[\[? -v /, because: 'bash 4.2' },
  {
    pattern: /\breadlink -f\b|\brealpath\b|\bmktemp --|\bsed -i\b|\bdate -d\b|\bstat -c\b/,
    because: 'GNU only',
  },
  { pattern: /\b(?:timeout|flock|nproc|setsid)\b/, because: 'Linux only' },
  { pattern: /\/proc\//, because: 'Linux only' },
];

/**
 * What keeps a shell script from running where it should, as `line: problem`.
 * @param sourced - whether it is read by another script and not run by itself
 */
export function findShellProblems(
  text: string,
  { sourced }: { readonly sourced: boolean },
): readonly string[] {
  const found: string[] = [];
  const lines = text.split('\n');
  if (!sourced && lines[0] !== '#!/usr/bin/env bash') found.push('1: begins without #!/usr/bin/env bash');
  if (!sourced && !/^set -euo pipefail$/m.test(text))
    found.push('1: does not stop at errors (set -euo pipefail)');
  lines.forEach((line, index) => {
    const code = line.replace(/(^|\s)#.*$/, '');
    for (const { pattern, because } of newer) {
      const match = pattern.exec(code);
      if (match) found.push(`${index + 1}: ${match[0]} (${because})`);
    }
  });
  return found;
}
