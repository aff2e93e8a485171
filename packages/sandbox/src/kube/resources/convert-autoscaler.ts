import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';

function isCpuMetric(metric: JsonValue): boolean {
  return (
    stringAt(metric, 'resource', 'name') === 'cpu' && objectAt(metric, 'resource', 'target') !== undefined
  );
}

/** autoscaling/v1 knows one metric, the use of CPU; v2 has a list. */
export function convertAutoscaler(object: KubeObject, apiVersion: string): KubeObject {
  const spec = { ...objectAt(object, 'spec') };
  const converted: KubeObject = { ...object, apiVersion, spec };
  if (apiVersion === 'autoscaling/v1') {
    const metrics = listAt(spec, 'metrics');
    const cpu = metrics.find(isCpuMetric);
    delete spec.metrics;
    const percent = numberAt(cpu, 'resource', 'target', 'averageUtilization');
    if (percent !== undefined) spec.targetCPUUtilizationPercentage = percent;
    const status: JsonObject = { currentReplicas: 0, ...objectAt(object, 'status') };
    delete status['currentMetrics'];
    converted['status'] = status;
    return converted;
  }
  const percent = spec.targetCPUUtilizationPercentage;
  delete spec.targetCPUUtilizationPercentage;
  if (percent !== undefined) {
    const target: JsonObject = { type: 'Utilization', averageUtilization: percent };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  const status = objectAt(object, 'status');
  if (isObject(status)) {
    const { currentCPUUtilizationPercentage: _, ...rest } = status;
    converted.status = { currentMetrics: null, ...rest };
  }
  return converted;
}
