/**
 * What git and what it starts may see of the daemon's environment: Flux v1's list, with PATH (for ssh
 * and git's own programs), the temporary folder and the place of certificates.
 */
const passedOn = [
  'PATH',
  'HOME',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'GIT_PROXY_COMMAND',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GNUPGHOME',
  'SECRETS_DIR',
  'SECRETS_EXTENSION',
  'CLOUDSDK_CONFIG',
  'CLOUDSDK_PYTHON',
  'NSS_WRAPPER_PASSWD',
  'NSS_WRAPPER_GROUP',
  'LD_PRELOAD',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
] as const;

/** Settings that must hold whatever a user's `.gitconfig` says. */
const settings: Readonly<Record<string, string>> = {
  // Housekeeping must end with the command that started it, or it would outlive the mirror.
  'gc.autoDetach': 'false',
  'maintenance.autoDetach': 'false',
  // Long enough for a commit that was made and not yet published.
  'gc.pruneExpire': '2.weeks.ago',
  'core.hooksPath': '/dev/null',
  'i18n.commitEncoding': 'UTF-8',
  'i18n.logOutputEncoding': 'UTF-8',
  'log.showSignature': 'false',
};

/** The environment of git, made from scratch. `ssh` is a command line for a shell, as git wants it. */
export function gitEnvironment(
  from: Readonly<Record<string, string | undefined>>,
  ssh: string | undefined,
): Record<string, string> {
  const env: Record<string, string> = {
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // zlib takes 270 kB for each object. Were it given back to the system each time, as glibc does by itself,
    // a commit of 500 files would take three times as long.
    MALLOC_TRIM_THRESHOLD_: '1048576',
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
  };
  for (const name of passedOn) {
    const value = from[name];
    if (value !== undefined && value !== '') env[name] = value;
  }
  for (const [index, [key, value]] of Object.entries(settings).entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  if (ssh !== undefined) {
    env.GIT_SSH_COMMAND = ssh;
    env.GIT_SSH_VARIANT = 'ssh';
  }
  return env;
}
