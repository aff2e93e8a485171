/** Whether an `If-None-Match` header names the tag, with or without quotes, as weak or as strong. */
export function isEtagKnown(header: string | undefined, tag: string): boolean {
  return (header ?? '').split(',').some((entry) => {
    const [, name] = /^(?:W\/)?"?([^"]*)"?$/.exec(entry.trim()) ?? [];
    return name === tag || name === '*';
  });
}
