/**
 * The full names under which a name is looked for, in this order, as resolv.conf(5) says. Lookups of
 * addresses do so by themselves, and in Go those of SRV records too; in Node.js these take names as they are.
 * @param resolvConf - text of the file
 */
export function searchedNames(name: string, resolvConf: string): readonly string[] {
  if (name.endsWith('.')) return [name];
  const { domains, dots } = readSearch(resolvConf);
  const searched = domains.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 < dots ? [...searched, name] : [name, ...searched];
}

/** Of several lines that say the same the last one counts. */
function readSearch(resolvConf: string): { domains: readonly string[]; dots: number } {
  let domains: readonly string[] = [];
  let dots = 1;
  for (const line of resolvConf.split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === 'search') {
      domains = words.map((domain) => domain.replace(/\.$/, '')).filter((domain) => domain !== '');
    }
    if (keyword !== 'options') continue;
    const found = words.map((word) => /^ndots:(\d+)$/.exec(word)?.[1]).findLast((text) => text !== undefined);
    if (found !== undefined) dots = Number(found);
  }
  return { domains, dots };
}
