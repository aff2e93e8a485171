import { type Axis, linearAxis, logAxis, measuredAxis } from './axis.ts';

export interface LineChart {
  readonly title: string;
  /** What the horizontal axis counts. */
  readonly across: string;
  /** What the vertical axis measures, with its unit. */
  readonly up: string;
  readonly scale: 'log' | 'linear';
  /** A figure of the vertical axis, as it is written. */
  readonly print: (value: number) => string;
  readonly curves: readonly Curve[];
}

export interface Curve {
  readonly name: string;
  /** Which colour; what is compared has the same one. */
  readonly colour: 0 | 1 | 2 | 3;
  /** What ours is compared with: dashed. */
  readonly isBeside?: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** In pixels. */
const width = 800;
const height = 448;
const plot = { left: 76, top: 84, right: 560, bottom: 384 } as const;
const lineHeight = 18;

const light = { paper: '#ffffff', ink: '#1f2328', soft: '#59636e', grid: '#d1d9e0' };
const lightCurves = ['#0969da', '#bc4c00', '#1a7f37', '#8250df'];
const dark = { paper: '#0d1117', ink: '#e6edf3', soft: '#9198a1', grid: '#2f363d' };
const darkCurves = ['#58a6ff', '#f0883e', '#3fb950', '#bc8cff'];

/** Draws curves as SVG, legible on light and on dark pages. The same figures give the same bytes. */
export function drawLineChart(chart: LineChart): string {
  const points = chart.curves.flatMap((curve) => curve.points);
  const across = measuredAxis(points.map(({ x }) => x));
  const up = (chart.scale === 'log' ? logAxis : linearAxis)(points.map(({ y }) => y));
  const x = (value: number): number => plot.left + across.at(value) * (plot.right - plot.left);
  const y = (value: number): number => plot.bottom - up.at(value) * (plot.bottom - plot.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(chart.title)}</title>`,
    `<style>${style()}</style>`,
    `<rect class="paper" width="${width}" height="${height}" rx="8"/>`,
    text({ x: 24, y: 34, words: chart.title, as: 'title' }),
    text({ x: 24, y: 56, words: chart.up, as: 'soft' }),
    ...gridLines(chart, up, y),
    ...across.ticks.map((value) =>
      text({ x: x(value), y: plot.bottom + 20, words: printCount(value), as: 'soft middle' }),
    ),
    text({ x: (plot.left + plot.right) / 2, y: height - 18, words: chart.across, as: 'soft middle' }),
    ...chart.curves.map((curve) => drawCurve(curve, x, y)),
    ...drawNames(chart, x, y),
    '</svg>',
    '',
  ].join('\n');
}

export function printCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function gridLines({ print }: LineChart, up: Axis, y: (value: number) => number): readonly string[] {
  const line = (value: number, kind: string): string =>
    `<path class="${kind}" d="M${plot.left} ${round(y(value))}H${plot.right}"/>`;
  return [
    ...up.minor.map((value) => line(value, 'grid faint')),
    ...up.ticks.flatMap((value) => [
      line(value, 'grid'),
      text({ x: plot.left - 10, y: y(value) + 4, words: print(value), as: 'soft end' }),
    ]),
  ];
}

function drawCurve(
  { colour, isBeside = false, points }: Curve,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const places = points.map((point) => ({ x: round(x(point.x)), y: round(y(point.y)) }));
  const path = places.map((place, index) => `${index === 0 ? 'M' : 'L'}${place.x} ${place.y}`).join('');
  const dots = isBeside ? [] : places.map((place) => `<circle cx="${place.x}" cy="${place.y}" r="3.5"/>`);
  return `<g class="c${colour}${isBeside ? ' beside' : ''}"><path d="${path}"/>${dots.join('')}</g>`;
}

/** The legend: each curve's name and last figure behind its end, one below the other where ends are near. */
function drawNames(
  { curves, print }: LineChart,
  x: (value: number) => number,
  y: (value: number) => number,
): readonly string[] {
  const names = curves
    .flatMap((curve) => {
      const last = curve.points.at(-1);
      if (!last) return [];
      const end = x(last.x);
      // A curve may end before the others.
      const where = end < plot.right ? ` at ${printCount(last.x)}` : '';
      return [{ curve, from: end, end: y(last.y), words: `${curve.name}: ${print(last.y)}${where}` }];
    })
    .sort((a, b) => a.end - b.end);
  const places: number[] = [];
  for (const { end } of names) places.push(Math.max(end, (places.at(-1) ?? 0) + lineHeight));
  // What was pushed below the plot moves up again, and the ones above it too.
  for (let at = places.length - 1, limit = plot.bottom; at >= 0; at -= 1, limit -= lineHeight) {
    places[at] = Math.min(places[at] ?? limit, limit);
  }
  return names.map(({ curve, from, end, words }, index) => {
    const place = places[index] ?? end;
    const lead = `<path class="lead" d="M${round(from + 6)} ${round(end)}H${plot.right + 6}L${plot.right + 18} ${round(place)}"/>`;
    const dash = curve.isBeside ? ' beside' : '';
    const name = text({ x: plot.right + 22, y: place + 4, words, as: 'name' });
    return `<g class="c${curve.colour}${dash}">${lead}${name}</g>`;
  });
}

function text({
  x,
  y,
  words,
  as,
}: {
  readonly x: number;
  readonly y: number;
  readonly words: string;
  readonly as: string;
}): string {
  return `<text class="${as}" x="${round(x)}" y="${round(y)}">${escapeXml(words)}</text>`;
}

function style(): string {
  const font = 'system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif';
  return [
    `text{font:13px ${font}}.title{font-size:17px;font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}`,
    'path{fill:none;stroke-width:2;stroke-linejoin:round}.grid{stroke-width:1}.faint{opacity:.45}.lead{stroke-width:1;opacity:.6}',
    '.beside>path{stroke-dasharray:5 4}.beside .lead{stroke-dasharray:none}',
    colours(light, lightCurves),
    `@media(prefers-color-scheme:dark){${colours(dark, darkCurves)}}`,
  ].join('');
}

function colours({ paper, ink, soft, grid }: typeof light, curves: readonly string[]): string {
  return [
    `.paper{fill:${paper}}.title{fill:${ink}}.soft{fill:${soft}}.grid{stroke:${grid}}`,
    ...curves.map(
      (colour, index) => `.c${index} path{stroke:${colour}}.c${index} circle,.c${index} text{fill:${colour}}`,
    ),
  ].join('');
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function escapeXml(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
