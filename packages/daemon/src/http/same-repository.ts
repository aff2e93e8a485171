/**
 * Whether two addresses lead to the same repository: same host, same path up to a leading `/` and a
 * final `.git`; scheme and user do not count. What cannot be read is not the same.
 */
export function isSameRepository(a: string, b: string): boolean {
  const [one, other] = [hostAndPath(a), hostAndPath(b)];
  return one !== undefined && other !== undefined && one.host === other.host && one.path === other.path;
}

const withScheme = /^(?:ssh|git|git\+ssh|https?|ftps?|rsync|file):\/\/(?:[^/@]*@)?([^/]*)(\/.*)?$/;
const scpLike = /^(?:[^@/\s]+@)?([^:/\s]+):(.*)$/;

function hostAndPath(url: string): { host: string; path: string } | undefined {
  if (/\s/.test(url) || url === '') return undefined;
  const match = withScheme.exec(url) ?? scpLike.exec(url);
  const [host, path] = match ? [match[1] ?? '', match[2] ?? ''] : ['', url];
  return { host, path: path.replace(/^\//, '').replace(/\.git$/, '') };
}
