import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, listAt, objectAt } from '../kube-object.ts';
import { type DefaultType, fill } from './default-type.ts';

/** The named struct inside a value, made where it is missing. */
function inner(value: JsonObject, field: string): JsonObject {
  const found = objectAt(value, field);
  if (found !== undefined) return found;
  const made: JsonObject = {};
  value[field] = made;
  return made;
}

function deployment(value: JsonObject): void {
  const spec = inner(value, 'spec');
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = inner(spec, 'strategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(inner(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  }
}

function daemonSet(value: JsonObject): void {
  templateGeneration(value);
  const spec = inner(value, 'spec');
  fill(spec, { revisionHistoryLimit: 10 });
  const strategy = inner(spec, 'updateStrategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy['type'] === 'RollingUpdate') {
    fill(inner(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
  }
}

/** The number of the template as an annotation: how it was told before `generation` was there. */
function templateGeneration(value: JsonObject): void {
  const metadata = inner(value, 'metadata');
  fill(inner(metadata, 'annotations'), { 'deprecated.daemonset.template.generation': '1' });
}

function claimTemplate(value: JsonValue): void {
  if (!isObject(value)) return;
  fill(value, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' });
  fill(inner(value, 'status'), { phase: 'Pending' });
}

function statefulSet(value: JsonObject): void {
  const spec = inner(value, 'spec');
  for (const template of listAt(spec, 'volumeClaimTemplates')) claimTemplate(template);
  fill(spec, { podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10 });
  const strategy = inner(spec, 'updateStrategy');
  if (!strategy['type']) {
    strategy['type'] = 'RollingUpdate';
    inner(strategy, 'rollingUpdate');
  }
  const rolling = objectAt(strategy, 'rollingUpdate');
  if (strategy['type'] === 'RollingUpdate' && rolling !== undefined) {
    fill(rolling, { partition: 0 });
  }
  fill(inner(spec, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' });
}

function job(value: JsonObject): void {
  const spec = inner(value, 'spec');
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fill(spec, {
    parallelism: 1,
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  });
  const labels = objectAt(spec, 'template', 'metadata', 'labels');
  const metadata = objectAt(value, 'metadata');
  if (labels !== undefined && metadata !== undefined) fill(metadata, { labels });
}

function cronJob(value: JsonObject): void {
  fill(inner(value, 'spec'), {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
}

const cpuMetric = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

/** Rules of one direction, with what they leave out. */
function scalingRules(behavior: JsonObject, field: string, defaults: JsonObject): void {
  behavior[field] = { ...structuredClone(defaults), ...objectAt(behavior, field) };
}

const percentPolicy = { type: 'Percent', value: 100, periodSeconds: 15 };

function autoscaler(value: JsonObject): void {
  const spec = inner(value, 'spec');
  fill(spec, { minReplicas: 1 });
  const isV2 = value['apiVersion'] === 'autoscaling/v2';
  if (!isV2) fill(spec, { targetCPUUtilizationPercentage: 80 });
  if (!isV2) return;
  const metrics = spec['metrics'];
  if (!Array.isArray(metrics) || metrics.length === 0) spec['metrics'] = [structuredClone(cpuMetric)];
  const behavior = objectAt(spec, 'behavior');
  if (behavior === undefined) return;
  scalingRules(behavior, 'scaleUp', {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, percentPolicy],
  });
  scalingRules(behavior, 'scaleDown', { selectPolicy: 'Max', policies: [percentPolicy] });
}

export const workloadDefaults: Readonly<Record<string, DefaultType>> = {
  'apps.v1.DaemonSet': daemonSet,
  'apps.v1.Deployment': deployment,
  'apps.v1.ReplicaSet': (value) => fill(inner(value, 'spec'), { replicas: 1 }),
  'apps.v1.StatefulSet': statefulSet,
  'autoscaling.v1.HorizontalPodAutoscaler': autoscaler,
  'autoscaling.v2.HorizontalPodAutoscaler': autoscaler,
  'batch.v1.CronJob': cronJob,
  'batch.v1.Job': job,
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': (value) => fill(value, { status: 'True' }),
};
