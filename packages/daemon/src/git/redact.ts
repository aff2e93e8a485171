import { passwordsIn, safeGitUrl } from '@fluxctl/shared/git/git-url';

/** Takes the passwords of a URL, and of any other URL, out of what git says. */
export function createRedactor(url: string): (text: string) => string {
  const passwords = passwordsIn(url)
    .filter((password) => password !== '')
    .sort((a, b) => b.length - a.length);
  const secretUrl = passwords.length > 0 ? url : undefined;
  return (text) => {
    let clean = secretUrl === undefined ? text : text.replaceAll(secretUrl, safeGitUrl(url));
    clean = clean.replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*):[^\s/@'"]+@/gi, '$1@');
    for (const password of passwords) clean = clean.replaceAll(password, 'xxxxx');
    return clean;
  };
}
