/** A run of characters in one style. */
interface Span {
  readonly text: string;
  readonly colour: string;
  readonly bold: boolean;
  readonly dim: boolean;
}

const palette = {
  background: '#0d1117',
  foreground: '#e6edf3',
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#f2cc60',
  cyan: '#79c0ff',
} as const;

const colours: Readonly<Record<number, string>> = {
  31: palette.red,
  32: palette.green,
  33: palette.yellow,
  36: palette.cyan,
  39: palette.foreground,
};

/** In pixels. */
const fontSize = 13;
const lineHeight = 18;
const advance = 7.83;
const margin = 18;

/** Draws what a terminal showed, with its colours, as SVG. */
export function drawPicture(transcript: string): string {
  const lines = transcript.trim().split('\n').map(readSpans);
  const columns = Math.max(...lines.map((spans) => spans.reduce((sum, { text }) => sum + text.length, 0)));
  const width = Math.ceil(columns * advance) + 2 * margin;
  const height = lines.length * lineHeight + 2 * margin;
  const font = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace';
  const body = lines.map((spans, row) => {
    const y = margin + row * lineHeight + fontSize;
    return spans.length === 0 ? [] : [`<text x="${margin}" y="${y}">${spans.map(drawSpan).join('')}</text>`];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    '<title>What scripts/demo shows</title>',
    `<style>text{font:${fontSize}px ${font};fill:${palette.foreground};white-space:pre}.b{font-weight:bold}.d{opacity:.6}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="${palette.background}"/>`,
    ...body.flat(),
    '</svg>',
    '',
  ].join('\n');
}

function drawSpan({ text, colour, bold, dim }: Span): string {
  const classes = [bold ? 'b' : '', dim ? 'd' : ''].filter(Boolean).join(' ');
  const fill = colour === palette.foreground ? '' : ` style="fill:${colour}"`;
  const name = classes === '' ? '' : ` class="${classes}"`;
  return `<tspan${name}${fill}>${escapeXml(text)}</tspan>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cuts a line at its escape sequences. */
function readSpans(line: string): readonly Span[] {
  const spans: Span[] = [];
  let style = { colour: palette.foreground as string, bold: false, dim: false };
  // The parts are, in turn, text and the numbers of a sequence.
  line.split(new RegExp(`${String.fromCharCode(27)}\\[([\\d;]*)m`)).forEach((part, index) => {
    if (index % 2 === 0) {
      if (part !== '') spans.push({ text: part, ...style });
      return;
    }
    for (const code of part.split(';').map(Number)) style = { ...style, ...changeOf(code) };
  });
  return spans;
}

function changeOf(code: number): Partial<Omit<Span, 'text'>> {
  if (code === 0) return { colour: palette.foreground, bold: false, dim: false };
  if (code === 1) return { bold: true };
  if (code === 2) return { dim: true };
  if (code === 22) return { bold: false, dim: false };
  const colour = colours[code];
  return colour === undefined ? {} : { colour };
}
