/** Gathers text as UTF-8, and knows in which column it is. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;
  /** Length where the current line starts, in bytes, moved on by bytes that make no column. */
  #lineStart = 0;

  reset(): void {
    this.#length = 0;
    this.#lineStart = 0;
  }

  /** What was written since `reset`; good until the next one. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** In characters; 0 at the start of a line. */
  column(): number {
    return this.#length - this.#lineStart;
  }

  /** Writes text without line breaks. */
  put(text: string): void {
    this.#reserve(text.length * 3);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        const rest = text.slice(index);
        const written = buffer.write(rest, at, 'utf8');
        this.#lineStart += written - rest.length;
        at += written;
        break;
      }
      buffer[at] = code;
      at += 1;
    }
    this.#length = at;
  }

  pad(width: number): void {
    this.#reserve(width);
    const end = this.#length + width;
    for (let at = this.#length; at < end; at += 1) this.#buffer[at] = 0x20;
    this.#length = end;
  }

  /** Ends the line, if there is something on it. */
  endLine(): void {
    if (this.#length > this.#lineStart) this.breakLine();
  }

  breakLine(): void {
    this.#reserve(1);
    this.#buffer[this.#length] = 0x0a;
    this.#length += 1;
    this.#lineStart = this.#length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
