/** What was told of each of some subjects; the same is told again only when it was something else in between. */
export class ToldOnce<Line> {
  #told: ReadonlyMap<string, string> = new Map();

  /** @returns the lines that are news; a subject without a line is forgotten. */
  news(current: ReadonlyMap<string, Line>): Line[] {
    const before = this.#told;
    const now = new Map([...current].map(([subject, line]) => [subject, JSON.stringify(line)]));
    this.#told = now;
    return [...current].flatMap(([subject, line]) =>
      before.get(subject) === now.get(subject) ? [] : [line],
    );
  }
}
