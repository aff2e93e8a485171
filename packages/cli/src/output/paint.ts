/** Colours by what they mean. */
export interface Paint {
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly good: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
}

const asItIs = (text: string): string => text;

/** For scripts, and for people who want no colours. */
export const plainPaint: Paint = {
  bad: asItIs,
  doubtful: asItIs,
  good: asItIs,
  heading: asItIs,
  faint: asItIs,
};
