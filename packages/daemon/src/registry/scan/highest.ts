/** The few highest of very many items, the highest first. */
export class Highest<Item> {
  readonly #items: Item[] = [];
  readonly #most: number;
  readonly #compare: (a: Item, b: Item) => number;

  /** @param compare - negative when the first is the lower one */
  constructor(most: number, compare: (a: Item, b: Item) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  offer(item: Item): void {
    const items = this.#items;
    const lowest = items.at(-1);
    if (items.length >= this.#most && lowest !== undefined && this.#compare(item, lowest) <= 0) return;
    const place = items.findIndex((other) => this.#compare(item, other) > 0);
    items.splice(place < 0 ? items.length : place, 0, item);
    if (items.length > this.#most) items.pop();
  }
}
