import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, Pod, Volume, VolumeMount } from '../objects.ts';
import { StartRefused } from './run-container.ts';
import { sameFiles, type VolumeFile, type VolumeSources, volumeContent } from './volume-files.ts';
import { writeVolume } from './write-volume.ts';

/** Where every pod finds the token with which it talks to the API server. */
export const serviceAccountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

const apiAccess = 'kube-api-access';

/** What every pod needs to talk to the API server: token, certificate authority, namespace. */
function apiAccessFiles({ token, ca, pod }: VolumeSources): readonly VolumeFile[] {
  const files = { token, 'ca.crt': ca, namespace: pod.metadata.namespace ?? 'default' };
  return Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text), mode: 0o644 }));
}

/** The volumes of one pod, as folders. */
export class PodVolumes {
  readonly #folder: string;
  readonly #claims: string;
  readonly #pod: Pod;
  readonly #hasApiAccess: boolean;
  readonly #written = new Map<string, readonly VolumeFile[]>();
  #changes = 0;
  #turn: Promise<void> = Promise.resolve();

  /**
   * @param folder - for this pod's volumes
   * @param claims - for those that outlive pods
   */
  constructor(pod: Pod, options: { folder: string; claims: string; hasApiAccess: boolean }) {
    this.#pod = pod;
    this.#folder = options.folder;
    this.#claims = options.claims;
    this.#hasApiAccess = options.hasApiAccess;
  }

  get #volumes(): readonly Volume[] {
    return this.#pod.spec.volumes ?? [];
  }

  /** Folders by volume name. */
  get folders(): ReadonlyMap<string, string> {
    const volumes = this.#hasApiAccess ? [...this.#volumes, { name: apiAccess }] : this.#volumes;
    return new Map(volumes.map((volume) => [volume.name, this.#folderOf(volume)]));
  }

  mountsOf(container: Container): readonly VolumeMount[] {
    const own = container.volumeMounts ?? [];
    if (!this.#hasApiAccess || own.some(({ mountPath }) => mountPath === serviceAccountPath)) return own;
    return [...own, { name: apiAccess, mountPath: serviceAccountPath, readOnly: true }];
  }

  /** Whether a change of this Secret or ConfigMap can be seen in a volume. */
  shows(kind: 'Secret' | 'ConfigMap', name: string): boolean {
    return this.#volumes.some(({ secret, configMap, projected }) => {
      const sources = projected?.sources ?? [];
      return kind === 'Secret'
        ? secret?.secretName === name || sources.some((source) => source.secret?.name === name)
        : configMap?.name === name || sources.some((source) => source.configMap?.name === name);
    });
  }

  /** @throws {StartRefused} when something is not there that a volume needs */
  check(sources: VolumeSources): void {
    const missing = this.#volumes.flatMap((volume) => {
      const content = volumeContent(volume, sources);
      if (content.kind !== 'incomplete') return [];
      return [`MountVolume.SetUp failed for volume "${volume.name}" : ${content.message}`];
    });
    if (missing.length > 0) throw new StartRefused('ContainerCreating', missing.join('; '));
  }

  /** Brings all folders up to date, save those for which something is missing; one caller after the other. */
  write(sources: VolumeSources): Promise<void> {
    const turn = this.#turn.then(() => this.#write(sources));
    this.#turn = turn.catch(() => {}); // the caller's to tell
    return turn;
  }

  async #write(sources: VolumeSources): Promise<void> {
    for (const volume of this.#volumes) {
      const content = volumeContent(volume, sources);
      if (content.kind === 'own') await mkdir(this.#folderOf(volume), { recursive: true });
      if (content.kind === 'files') await this.#writeFiles(volume, content.files);
    }
    if (this.#hasApiAccess) await this.#writeFiles({ name: apiAccess }, apiAccessFiles(sources));
  }

  async #writeFiles(volume: Volume, files: readonly VolumeFile[]): Promise<void> {
    const before = this.#written.get(volume.name);
    if (before && sameFiles(before, files)) return;
    this.#changes += 1;
    await writeVolume(this.#folderOf(volume), files, `data-${this.#changes}`);
    this.#written.set(volume.name, files);
  }

  #folderOf({ name, persistentVolumeClaim }: Volume): string {
    const { namespace = 'default' } = this.#pod.metadata;
    return persistentVolumeClaim
      ? join(this.#claims, namespace, persistentVolumeClaim.claimName)
      : join(this.#folder, name);
  }
}
