import ssh2 from 'ssh2';

export type KeyRights = 'read' | 'write';

/** Public keys, each with what it may do. They may come and go at any time. */
export class DeployKeys {
  readonly #rights = new Map<string, KeyRights>();

  /** @param publicKey - a line as in `authorized_keys` or `identity.pub` */
  add(publicKey: string, rights: KeyRights): void {
    this.#rights.set(keyId(publicKey), rights);
  }

  remove(publicKey: string): void {
    this.#rights.delete(keyId(publicKey));
  }

  rights(id: string): KeyRights | undefined {
    return this.#rights.get(id);
  }
}

/** What tells one key from another: its wire format in base64, without the comment. */
export function keyId(publicKey: string | Buffer): string {
  if (Buffer.isBuffer(publicKey)) return publicKey.toString('base64');
  const key = ssh2.utils.parseKey(publicKey);
  if (key instanceof Error) throw new Error('not a public key', { cause: key });
  const [first] = Array.isArray(key) ? key : [key];
  if (!first) throw new Error('not a public key');
  return first.getPublicSSH().toString('base64');
}
