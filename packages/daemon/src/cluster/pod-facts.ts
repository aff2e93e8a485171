import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { PodFacts, PodTrouble } from './rollout-facts.ts';

/** A pod as far as rollouts look at it, and by what it is told whose it is. */
export interface SeenPod extends PodFacts {
  /** Of the object that controls it; empty for none. */
  readonly owner: string;
  /** Label `controller-revision-hash`. */
  readonly revisionHash: string;
  /** On its way out, or at its end: it was evicted, or its node went away. */
  readonly isLeaving: boolean;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: Terminated;
}

interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Reads a pod, whole as the API server has it. */
export function readPod(object: JsonObject): SeenPod {
  const { metadata, status = {} } = object as unknown as Pod;
  const { conditions = [], containerStatuses = [], initContainerStatuses = [], phase } = status;
  const all = [...initContainerStatuses, ...containerStatuses];
  const placing = conditions.find(({ type }) => type === 'PodScheduled');
  const unplaced: PodTrouble[] =
    placing?.status === 'False' && placing.reason === 'Unschedulable'
      ? [{ kind: 'unschedulable', container: '', restarts: 0, words: kubeletWords(placing.message ?? '') }]
      : [];
  return {
    name: metadata.name,
    owner: metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? '',
    revisionHash: metadata.labels?.['controller-revision-hash'] ?? '',
    isLeaving: metadata.deletionTimestamp !== undefined || phase === 'Failed' || phase === 'Succeeded',
    isReady: conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    restarts: Math.max(0, ...all.map(({ restartCount = 0 }) => restartCount)),
    troubles: [
      ...unplaced,
      ...initContainerStatuses.flatMap((container) => troubleOf(container, true)),
      ...containerStatuses.flatMap((container) => troubleOf(container, false)),
    ],
  };
}

/** What the kubelet calls it when a container waits for something that may never come. */
const troubles: Readonly<Record<string, PodTrouble['kind']>> = {
  ErrImagePull: 'pull',
  ImagePullBackOff: 'pull',
  ErrImageNeverPull: 'pull',
  ImageInspectError: 'pull',
  RegistryUnavailable: 'pull',
  SignatureValidationFailed: 'pull',
  InvalidImageName: 'bad-name',
  CrashLoopBackOff: 'crash',
  CreateContainerConfigError: 'config',
  CreateContainerError: 'start',
  RunContainerError: 'start',
};

function troubleOf(status: ContainerStatus, isInit: boolean): PodTrouble[] {
  const { name, ready = false, restartCount = 0, state = {}, lastState = {} } = status;
  const trouble = (kind: PodTrouble['kind'], ...words: string[]): PodTrouble[] => [
    { kind, container: name, restarts: restartCount, words: words.filter((text) => text !== '').join(': ') },
  ];
  const { reason = '', message = '' } = state.waiting ?? {};
  const kind = Object.hasOwn(troubles, reason) ? troubles[reason] : undefined;
  if (kind === 'crash') {
    return trouble(kind, `${reason} after ${countOf(restartCount, 'restart')}`, endOf(lastState.terminated));
  }
  if (kind) return trouble(kind, reason, kubeletWords(message));
  const failed = [state.terminated].find((end) => end !== undefined && end.exitCode !== 0);
  if (failed) return trouble('ended', endOf(failed));
  // An init container is ready when it has ended well.
  return state.running && !ready && !isInit ? trouble('not-ready', 'it runs, but is not ready') : [];
}

/** Why the kubelet itself could not start it; what the program wrote is the program's business, and may be secret. */
const runtimeReasons = new Set(['StartError', 'ContainerCannotRun']);

function endOf(end: Terminated | undefined): string {
  if (!end) return '';
  const { exitCode, reason = 'Error', message = '' } = end;
  const words = runtimeReasons.has(reason) ? `: ${kubeletWords(message)}` : '';
  return reason === 'Error'
    ? `it ended with exit code ${exitCode}`
    : `it ended with exit code ${exitCode} (${reason})${words}`;
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** In characters. */
const longestWords = 300;

/** One line, not too long, without the passwords and tokens that the addresses of registries may hold. */
export function kubeletWords(text: string): string {
  const clean = text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, '$1')
    .replaceAll(/(https?:\/\/[^\s?'"]+)\?[^\s'"]*/gi, '$1')
    .replaceAll(/\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, '$1 …');
  return clean.length > longestWords ? `${clean.slice(0, longestWords)} …` : clean;
}
