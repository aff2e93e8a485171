import { checksumAnnotation } from '../manifests/mark.ts';
import type { WorkloadProgress } from './rollout-facts.ts';
import type { WorkloadKind } from './workload-status.ts';

/** The parts of a workload that tell how its controller gets on. */
export interface ProgressSource {
  readonly metadata: {
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly paused?: boolean;
    readonly minReadySeconds?: number;
    readonly progressDeadlineSeconds?: number;
    readonly updateStrategy?: { readonly type?: string };
    readonly selector?: LabelSelector;
    readonly template?: { readonly spec?: { readonly containers?: readonly ProbedContainer[] } };
  };
  readonly status?: {
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastUpdateTime?: string;
    }[];
  };
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface ProbedContainer {
  readonly readinessProbe?: unknown;
}

/** Kubernetes' own default for Deployments; the others know no deadline. */
const usualDeadlineSeconds = 600;
/** With it a Deployment has no deadline. */
const noDeadlineSeconds = 2 ** 31 - 1;
const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** Undefined for kinds whose controllers roll nothing out. */
export function workloadProgress(
  kind: WorkloadKind,
  { metadata, spec = {}, status = {} }: ProgressSource,
): WorkloadProgress | undefined {
  if (kind !== 'deployment' && kind !== 'daemonset' && kind !== 'statefulset') return undefined;
  const { annotations = {} } = metadata;
  const deadline = spec.progressDeadlineSeconds ?? usualDeadlineSeconds;
  const condition = status.conditions?.find(({ type }) => type === 'Progressing');
  return {
    uid: metadata.uid ?? '',
    checksum: annotations[checksumAnnotation],
    waits: spec.paused ? 'paused' : spec.updateStrategy?.type === 'OnDelete' ? 'on-delete' : 'no',
    selector: selectorText(spec.selector ?? {}),
    revision: kind === 'deployment' ? annotations[revisionAnnotation] : status.updateRevision,
    isBetweenRevisions: kind === 'statefulset' && status.currentRevision !== status.updateRevision,
    deadlineSeconds: deadline >= noDeadlineSeconds ? undefined : deadline,
    isProbed: (spec.template?.spec?.containers ?? []).every(
      ({ readinessProbe }) => readinessProbe !== undefined,
    ),
    minReadySeconds: spec.minReadySeconds ?? 0,
    condition: condition && {
      reason: condition.reason ?? '',
      message: condition.message ?? '',
      since: condition.lastUpdateTime ?? '',
    },
  };
}

/** A selector as a query has it. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return key;
    }
  });
  return [...equal, ...others].join(',');
}
