import type { JsonObject } from '@fluxctl/shared/kube-object';
import { timestamp } from '../../kube/kube-object.ts';
import type { ContainerStatus } from '../objects.ts';
import type { Exit } from '../programs/program.ts';

export interface Ended {
  readonly kind: 'terminated';
  readonly exit: Exit;
  readonly reason: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly id: string;
}

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | {
      readonly kind: 'running';
      readonly startedAt: Date;
      readonly id: string;
      /** Its start-up probe has passed. */
      readonly isStarted: boolean;
      readonly isReady: boolean;
    }
  | Ended;

/** What is known of one container of a pod. */
export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly last: Ended | undefined;
  readonly restarts: number;
}

export function containerStatus({ name, image, state, last, restarts }: ContainerView): ContainerStatus {
  const known = state.kind === 'waiting' ? last : state;
  const isDone = state.kind === 'terminated' && state.exit.code === 0;
  return {
    name,
    image,
    imageID: known === undefined ? '' : image,
    ...(known !== undefined && { containerID: `sandbox://${known.id}` }),
    ready: state.kind === 'running' && state.isReady,
    started: state.kind === 'running' && state.isStarted,
    restartCount: restarts,
    state: stateOf(state),
    lastState: last && !isDone ? stateOf(last) : {},
  };
}

function stateOf(state: ContainerState): JsonObject {
  switch (state.kind) {
    case 'waiting':
      return {
        waiting: {
          reason: state.reason,
          ...(state.message !== undefined && { message: state.message }),
        },
      };
    case 'running':
      return { running: { startedAt: timestamp(state.startedAt) } };
    case 'terminated':
      return {
        terminated: {
          exitCode: state.exit.code,
          ...(state.exit.signal !== undefined && { signal: state.exit.signal }),
          reason: state.reason,
          startedAt: timestamp(state.startedAt),
          finishedAt: timestamp(state.finishedAt),
          containerID: `sandbox://${state.id}`,
        },
      };
    default:
      return state satisfies never;
  }
}
