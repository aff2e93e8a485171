export interface GatheredLines {
  write(line: string): void;
  /** Writes what has been gathered: before the process ends, nobody else does. */
  flush(): void;
}

/** Characters that are written at once, whatever else goes on. */
const most = 64 * 1024;

/**
 * Writes the lines of one turn of the event loop in one piece. A pipe is written to while everything else
 * waits: hundreds of lines, one by one, would hold up the API for a tenth of a second.
 */
export function gatherLines(write: (text: string) => void): GatheredLines {
  let lines: string[] = [];
  let length = 0;
  const flush = (): void => {
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    length = 0;
    write(text);
  };
  return {
    flush,
    write(line) {
      if (lines.length === 0) setImmediate(flush);
      lines.push(line);
      length += line.length;
      if (length >= most) flush();
    },
  };
}
