import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import { age, ageColumn, type Column, integer, nameColumn, shortDuration, text, wide } from './column.ts';
import { labelsText } from './core-columns.ts';

function template(object: KubeObject): JsonValue | undefined {
  return objectAt(object, 'spec', 'jobTemplate', 'spec', 'template') ?? objectAt(object, 'spec', 'template');
}

function containers(field: 'name' | 'image'): Column['cell'] {
  return (object) =>
    listAt(template(object), 'spec', 'containers')
      .map((container) => stringAt(container, field) ?? '')
      .join(',');
}

/** A label selector as it is typed: `app=a,tier in (x,y)`. */
function selectorText(selector: JsonValue | undefined): string {
  const expressions = listAt(selector, 'matchExpressions').map((each) => {
    const key = stringAt(each, 'key') ?? '';
    const values = listAt(each, 'values').map(String).sort().join(',');
    switch (stringAt(each, 'operator')) {
      case 'In':
        return `${key} in (${values})`;
      case 'NotIn':
        return `${key} notin (${values})`;
      case 'DoesNotExist':
        return `!${key}`;
      default:
        return key;
    }
  });
  const labels = labelsText(objectAt(selector, 'matchLabels'));
  return [...(labels === '<none>' ? [] : [labels]), ...expressions].join(',') || '<none>';
}

const status = (field: string): Column['cell'] => {
  return (object) => numberAt(object, 'status', field) ?? 0;
};
const desired: Column['cell'] = (object) => numberAt(object, 'spec', 'replicas') ?? 0;
const wideContainers = [wide('Containers', containers('name')), wide('Images', containers('image'))];
const selector = wide('Selector', (object) => selectorText(objectAt(object, 'spec', 'selector')));

function readyOf(object: KubeObject): string {
  return `${numberAt(object, 'status', 'readyReplicas') ?? 0}/${numberAt(object, 'spec', 'replicas') ?? 0}`;
}

function hasCondition(object: KubeObject, type: string): boolean {
  return listAt(object, 'status', 'conditions').some(
    (each) => stringAt(each, 'type') === type && stringAt(each, 'status') === 'True',
  );
}

function jobStatus(job: KubeObject): string {
  if (hasCondition(job, 'Complete')) return 'Complete';
  if (hasCondition(job, 'Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return hasCondition(job, 'Suspended') ? 'Suspended' : 'Running';
}

function jobCompletions(job: KubeObject): string {
  const succeeded = numberAt(job, 'status', 'succeeded') ?? 0;
  const completions = numberAt(job, 'spec', 'completions');
  if (completions !== undefined) return `${succeeded}/${completions}`;
  const parallelism = numberAt(job, 'spec', 'parallelism') ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: KubeObject, now: Date): string {
  const start = stringAt(job, 'status', 'startTime');
  if (start === undefined) return '';
  const end = stringAt(job, 'status', 'completionTime');
  return shortDuration(((end === undefined ? now.getTime() : Date.parse(end)) - Date.parse(start)) / 1000);
}

function target(object: KubeObject): string {
  const ref = objectAt(object, 'spec', 'scaleTargetRef');
  return `${stringAt(ref, 'kind')}/${stringAt(ref, 'name')}`;
}

function metricTargets(object: KubeObject): string {
  const metrics = listAt(object, 'spec', 'metrics');
  if (metrics.length === 0) return '<none>';
  return metrics
    .map((metric) => {
      const name = stringAt(metric, 'resource', 'name') ?? '';
      const goal = objectAt(metric, 'resource', 'target');
      const utilization = numberAt(goal, 'averageUtilization');
      const value = utilization === undefined ? stringAt(goal, 'averageValue') : `${utilization}%`;
      return `${name === '' ? '' : `${name}: `}<unknown>/${value ?? '<auto>'}`;
    })
    .join(', ');
}

export const workloadColumns: Readonly<Record<string, readonly Column[]>> = {
  'apps/daemonsets': [
    nameColumn,
    integer('Desired', status('desiredNumberScheduled')),
    integer('Current', status('currentNumberScheduled')),
    integer('Ready', status('numberReady')),
    integer('Up-to-date', status('updatedNumberScheduled')),
    integer('Available', status('numberAvailable')),
    text('Node Selector', (object) => labelsText(objectAt(template(object), 'spec', 'nodeSelector'))),
    ageColumn,
    ...wideContainers,
    selector,
  ],
  'apps/deployments': [
    nameColumn,
    text('Ready', readyOf),
    text('Up-to-date', status('updatedReplicas')),
    text('Available', status('availableReplicas')),
    ageColumn,
    ...wideContainers,
    selector,
  ],
  'apps/replicasets': [
    nameColumn,
    integer('Desired', desired),
    integer('Current', status('replicas')),
    integer('Ready', status('readyReplicas')),
    ageColumn,
    ...wideContainers,
    selector,
  ],
  'apps/statefulsets': [nameColumn, text('Ready', readyOf), ageColumn, ...wideContainers],
  'autoscaling/horizontalpodautoscalers': [
    nameColumn,
    text('Reference', target),
    text('Targets', metricTargets),
    text('MinPods', (object) => String(numberAt(object, 'spec', 'minReplicas') ?? '<unset>')),
    text('MaxPods', (object) => numberAt(object, 'spec', 'maxReplicas') ?? 0),
    text('Replicas', (object) => numberAt(object, 'status', 'currentReplicas') ?? 0),
    ageColumn,
  ],
  'batch/cronjobs': [
    nameColumn,
    text('Schedule', (object) => stringAt(object, 'spec', 'schedule') ?? ''),
    text('Timezone', (object) => stringAt(object, 'spec', 'timeZone') ?? '<none>'),
    {
      name: 'Suspend',
      type: 'boolean',
      cell: (object) => (objectAt(object, 'spec')?.['suspend'] === true ? 'True' : 'False'),
    },
    integer('Active', (object) => listAt(object, 'status', 'active').length),
    text('Last Schedule', (object, now) => {
      const last = stringAt(object, 'status', 'lastScheduleTime');
      return last === undefined ? '<none>' : age(last, now);
    }),
    ageColumn,
    ...wideContainers,
    wide('Selector', (object) => selectorText(objectAt(object, 'spec', 'jobTemplate', 'spec', 'selector'))),
  ],
  'batch/jobs': [
    nameColumn,
    text('Status', jobStatus),
    text('Completions', jobCompletions),
    text('Duration', jobDuration),
    ageColumn,
    ...wideContainers,
    selector,
  ],
  'policy/poddisruptionbudgets': [
    nameColumn,
    text('Min Available', (object) => amount(object, 'minAvailable')),
    text('Max Unavailable', (object) => amount(object, 'maxUnavailable')),
    integer('Allowed Disruptions', status('disruptionsAllowed')),
    ageColumn,
  ],
};

function amount(object: KubeObject, field: string): string {
  const value = isObject(object['spec']) ? object['spec'][field] : undefined;
  return value === undefined ? 'N/A' : String(value);
}
