import type { RolloutRecord } from '@fluxctl/shared/api/types';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { RolloutWatch } from '../../cluster/cluster.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { Beginning } from './begin.ts';
import { judge, type Verdict } from './judge.ts';
import { rollbackCause } from './plan-rollback.ts';
import { isUnderWay } from './resume.ts';
import { type Awaited, firstSighting, isLive, look, type Sighting } from './sighting.ts';

/** One rollout that is not over yet. */
export class FollowedRollout {
  readonly id: ResourceId;
  /** Why the daemon itself brought these images back; undefined when it is no rollback. */
  readonly cause: string | undefined;
  record: RolloutRecord;
  manifest: Manifest;
  /** There may be other facts than at the last step. */
  isDirty = true;
  /** When it is to be looked at though nothing has changed, in milliseconds since 1970. */
  lookAt = Number.POSITIVE_INFINITY;
  looksAtPods = false;
  /** It was begun before this process was, and may long be over. */
  isDecided: boolean;
  #awaited: Awaited;
  #sighting: Sighting;
  readonly #watch: RolloutWatch;

  constructor(
    { id, manifest, images, revision, note }: Beginning,
    watch: RolloutWatch,
    now: number,
    isResumed: boolean,
  ) {
    this.id = id;
    this.manifest = manifest;
    this.cause = rollbackCause(note, id);
    this.isDecided = !isResumed;
    this.#awaited = { images, checksum: manifest.checksum };
    this.#sighting = firstSighting(now);
    this.#watch = watch;
    this.record = {
      workload: id,
      revision,
      images,
      startedAt: new Date(now).toISOString(),
      endedAt: '',
      outcome: 'progressing',
      message: '',
      rollback: '',
    };
  }

  /** Git has another definition, with the same images. */
  renew(manifest: Manifest): void {
    if (manifest.checksum === this.manifest.checksum) return;
    this.manifest = manifest;
    this.#awaited = { ...this.#awaited, checksum: manifest.checksum };
    this.isDirty = true;
  }

  /** Whether its pods tell anything now. */
  get wantsPods(): boolean {
    const { workload } = this.#watch.facts();
    if (!workload?.progress) return false;
    return workload.progress.waits === 'no' && isLive(workload, this.#awaited);
  }

  lookAtPods(wanted: boolean): void {
    this.looksAtPods = wanted;
    this.#watch.lookAtPods(wanted);
  }

  /** @returns how it stands; undefined when there is no rollout at all */
  step(now: number): Verdict | undefined {
    this.isDirty = false;
    const facts = this.#watch.facts();
    if (!this.isDecided) {
      const underWay = isUnderWay(facts, now);
      if (underWay === undefined) return { outcome: 'progressing', message: '', lookAt: undefined };
      if (!underWay) return undefined;
      this.isDecided = true;
    }
    this.#sighting = look(this.#sighting, this.#awaited, facts, now);
    return judge(this.#sighting, this.#awaited, facts, now);
  }

  close(): void {
    this.looksAtPods = false;
    this.#watch[Symbol.dispose]();
  }
}
