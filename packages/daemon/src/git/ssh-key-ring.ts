import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PublicSshKey } from '@fluxctl/shared/api/types';
import { errorMessage, MissingError } from '@fluxctl/shared/errors';
import type { Logger } from '../log/logger.ts';
import { describeKey, generateKeyPair, type KeygenEnvironment, type KeyOptions } from './ssh-keygen.ts';
import { Turns } from './turns.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** The deploy key: where ssh finds it, and what people may see of it. */
export interface SshKeyRing {
  /** Finds the key or makes one; tries until there is one or it is aborted. Rejects with nothing but bugs. */
  run(signal: AbortSignal): Promise<void>;
  /** Files with private keys, best first. */
  identityFiles(): readonly string[];
  /** Without a key: an empty one. */
  publicKey(): PublicSshKey;
  /** Makes a new key pair and stores it; when that fails the old one stays. */
  regenerate(signal: AbortSignal): Promise<PublicSshKey>;
  /** Removes what was written to temporary files. */
  close(): Promise<void>;
}

export interface SshKeyRingConfig extends KeyOptions {
  /** `--k8s-secret-name`. */
  readonly secretName: string;
  /** `--k8s-secret-volume-mount-path`. */
  readonly mountPath: string;
  /** `--k8s-secret-data-key`. */
  readonly dataKey: string;
  /** `--ssh-keygen-dir`: a folder for new keys; empty for the mount path. */
  readonly keygenFolder: string;
  /** For what may not be written there. */
  readonly tempFolder: string;
  /** The daemon's environment: ssh-keygen is found by its PATH. */
  readonly env: KeygenEnvironment;
}

/** The secret with the deploy key. */
export interface KeySecrets {
  get(name: string, signal: AbortSignal): Promise<{ readonly data: ReadonlyMap<string, Buffer> } | undefined>;
  /** @throws when there is no such secret */
  patch(
    name: string,
    change: { readonly data: Readonly<Record<string, Buffer>> },
    signal: AbortSignal,
  ): Promise<void>;
}

export interface SshKeyRingPorts {
  /** Undefined where no cluster is reachable: then only a mounted key can be used. */
  readonly secrets: KeySecrets | undefined;
  readonly log: Logger;
  /** Between 0 and 1. */
  random(): number;
}

/** Entries of the secret that a new key is stored under, whatever `--k8s-secret-data-key` says; as v1. */
const privateEntry = 'identity';
const publicEntry = 'identity.pub';
const noKey: PublicSshKey = { key: '', fingerprints: null };
const ownerMayRead = 0o400;
const longestWaitMs = 60_000;

/** For HTTP, where no key is used. */
export const emptyKeyRing: SshKeyRing = {
  run: () => Promise.resolve(),
  identityFiles: () => [],
  publicKey: () => noKey,
  regenerate: () => Promise.resolve(noKey),
  close: () => Promise.resolve(),
};

export function createSshKeyRing(config: SshKeyRingConfig, ports: SshKeyRingPorts): SshKeyRing {
  return new SecretKeyRing(config, ports);
}

class SecretKeyRing implements SshKeyRing {
  readonly #config: SshKeyRingConfig;
  readonly #secrets: KeySecrets | undefined;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #turns = new Turns();
  #files: readonly string[] = [];
  #publicKey = noKey;
  #workspace: Promise<Workspace> | undefined;

  constructor(config: SshKeyRingConfig, ports: SshKeyRingPorts) {
    this.#config = config;
    this.#secrets = ports.secrets;
    this.#log = ports.log.with({ component: 'cluster' });
    this.#random = () => ports.random();
  }

  identityFiles(): readonly string[] {
    return this.#files;
  }

  publicKey(): PublicSshKey {
    return this.#publicKey;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#turns.take(signal, () => this.#findOrMake(signal));
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#log.log({ err: `SSH key: ${errorMessage(error)}` });
        const longest = Math.min(longestWaitMs, 2_000 * 2 ** (attempt - 1));
        await wait(longest * (0.5 + this.#random() / 2), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  regenerate(signal: AbortSignal): Promise<PublicSshKey> {
    return this.#turns.take(signal, async () => {
      if (this.#secrets) await this.#make(this.#secrets, signal);
      return this.#publicKey;
    });
  }

  async close(): Promise<void> {
    await (await this.#workspace)?.close();
  }

  async #findOrMake(signal: AbortSignal): Promise<void> {
    if (this.#files.length > 0) return;
    const mounted = await this.#mountedKey();
    if (mounted !== undefined) return this.#use(mounted, signal);
    const stored = await this.#storedKey(signal);
    if (stored) return this.#use(await this.#keep(stored), signal);
    if (this.#secrets) await this.#make(this.#secrets, signal);
  }

  /** The file that ssh can use for the mounted key; undefined when there is none that we may read. */
  async #mountedKey(): Promise<string | undefined> {
    const path = join(this.#config.mountPath, this.#config.dataKey);
    try {
      const content = await readFile(path);
      if (content.length === 0) return undefined;
      const { mode, uid } = await stat(path);
      const mine = uid === process.getuid?.();
      if (!mine || (mode & 0o777) === ownerMayRead) return path;
      // ssh refuses a key of ours that others may read; a mount that is read-only is copied.
      return await chmod(path, ownerMayRead).then(
        () => path,
        async () => this.#write((await this.#openWorkspace()).path, content),
      );
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      // Mounted for root only; the secret itself may be ours to read.
      if (code === 'EACCES' && this.#secrets) return undefined;
      throw error;
    }
  }

  /** The key in the secret, which may not be mounted (yet), or not for us to read. */
  async #storedKey(signal: AbortSignal): Promise<Buffer | undefined> {
    const { secretName, dataKey } = this.#config;
    const secret = await this.#secrets?.get(secretName, signal);
    return [dataKey, privateEntry]
      .map((entry) => secret?.data.get(entry))
      .find((content) => content !== undefined && content.length > 0);
  }

  async #make(secrets: KeySecrets, signal: AbortSignal): Promise<void> {
    const { secretName, dataKey } = this.#config;
    if (!(await secrets.get(secretName, signal))) {
      throw new MissingError(`secret "${secretName}" not found`, {
        help: `The SSH key is kept in the secret "${secretName}", which must exist: fluxctl install renders it.`,
      });
    }
    const { path } = await this.#openWorkspace();
    const folder = await mkdtemp(join(path, 'keygen-'));
    try {
      const privateKey = await generateKeyPair(folder, this.#config, signal);
      // Read back before it is stored: what cannot be used must not take the old key's place.
      const { key } = await describeKey(join(folder, 'identity'), this.#config.env, signal);
      const publicKey = Buffer.from(key);
      const data = { [dataKey]: privateKey, [privateEntry]: privateKey, [publicEntry]: publicKey };
      await secrets.patch(secretName, { data }, signal);
      await this.#use(await this.#keep(privateKey), signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Writes a private key to where ssh finds it at once, long before a mount shows the new secret. */
  async #keep(privateKey: Buffer): Promise<string> {
    const folder = this.#config.keygenFolder || this.#config.mountPath;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await this.#write(folder, privateKey);
    } catch {
      // Secrets are mounted read-only; any private folder does as well.
      return this.#write((await this.#openWorkspace()).path, privateKey);
    }
  }

  async #write(folder: string, privateKey: Buffer): Promise<string> {
    const path = join(folder, this.#config.dataKey);
    const fresh = `${path}.new`;
    await rm(fresh, { force: true });
    await writeFile(fresh, privateKey, { mode: ownerMayRead, flag: 'wx' });
    await rename(fresh, path);
    return path;
  }

  async #use(file: string, signal: AbortSignal): Promise<void> {
    this.#publicKey = await describeKey(file, this.#config.env, signal);
    // The git host may not know the new key yet: the one before is tried after it.
    this.#files = [file, ...this.#files.filter((other) => other !== file)].slice(0, 2);
    this.#log.log({ identity: file });
    this.#log.log({ 'identity.pub': this.#publicKey.key.trim() });
  }

  #openWorkspace(): Promise<Workspace> {
    this.#workspace ??= openWorkspace(this.#config.tempFolder);
    return this.#workspace;
  }
}
