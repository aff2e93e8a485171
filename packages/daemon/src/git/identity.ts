/** Who does something, and when. */
export interface Identity {
  readonly user: string;
  readonly email: string;
  readonly when: Date;
}

/** For commands that write commits, notes and tags: author and committer are the same. */
export function identityEnvironment({ user, email, when }: Identity): Readonly<Record<string, string>> {
  const date = `@${Math.floor(when.getTime() / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: user,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: user,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

/** As git writes it into commits and tags: `Name <email> SECONDS +0000`. */
export function identityLine({ user, email, when }: Identity): string {
  return `${plain(user)} <${plain(email)}> ${Math.floor(when.getTime() / 1000)} +0000`;
}

/** Without what git leaves out of names and addresses. */
export function plain(text: string): string {
  return text.replaceAll(/^[\s\0.,:;<>"\\']+|[\s\0.,:;<>"\\']+$/g, '').replaceAll(/[<>\n\0]/g, '');
}
