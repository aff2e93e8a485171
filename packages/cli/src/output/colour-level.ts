/** As chalk counts: none, 16 colours, 256, all. */
export type ColourLevel = 0 | 1 | 2 | 3;

/**
 * How many colours to use. FORCE_COLOR decides alone, as Node.js has it; then NO_COLOR; then whether a
 * person is reading.
 */
export function colourLevel(isTerminal: boolean, env: NodeJS.ProcessEnv): ColourLevel {
  const forced = env.FORCE_COLOR;
  if (forced === '0' || forced === 'false') return 0;
  if (forced === '2') return 2;
  if (forced === '3') return 3;
  if (forced !== undefined) return 1;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return 0;
  return isTerminal ? 1 : 0;
}
