import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { type KubeObject, listAt, numberAt, objectAt, stringAt } from '../kube-object.ts';
import type { FaultList } from './fault-list.ts';
import { isSelected } from './label-selector.ts';
import { checkAnnotations, checkLabels } from './metadata.ts';
import { checkPodSpec } from './pod-spec.ts';

const operators: ReadonlySet<string> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist']);

function checkSelectorSyntax(faults: FaultList, selector: JsonObject, field: string): boolean {
  const before = faults.faults.length;
  for (const [index, expression] of listAt(selector, 'matchExpressions').entries()) {
    const path = `${field}.matchExpressions[${index}]`;
    const operator = stringAt(expression, 'operator') ?? '';
    const values = listAt(expression, 'values').length;
    if (!operators.has(operator))
      faults.invalid(`${path}.operator`, operator, 'not a valid selector operator');
    else if (operator === 'In' || operator === 'NotIn') {
      if (values === 0)
        faults.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (values > 0) {
      faults.forbidden(
        `${path}.values`,
        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      );
    }
  }
  checkLabels(faults, selector['matchLabels'], `${field}.matchLabels`);
  return faults.faults.length === before;
}

function checkTemplate(faults: FaultList, template: JsonObject, field: string): void {
  checkLabels(faults, objectAt(template, 'metadata', 'labels'), `${field}.labels`);
  checkAnnotations(faults, objectAt(template, 'metadata', 'annotations'), `${field}.annotations`);
  checkPodSpec(faults, objectAt(template, 'spec') ?? {}, `${field}.spec`);
}

/** Selector and template of a kind that makes pods, and that they belong together. */
function checkSelectorAndTemplate(
  faults: FaultList,
  spec: JsonObject,
  word: string,
  nullSelector: boolean,
): void {
  const selector = objectAt(spec, 'selector');
  const template = objectAt(spec, 'template') ?? {};
  const labels = objectAt(template, 'metadata', 'labels');
  let readable = true;
  if (selector === undefined) {
    if (!nullSelector) faults.required('spec.selector');
  } else if (Object.keys(selector).length === 0) {
    faults.invalid('spec.selector', {}, `empty selector is invalid for ${word}`);
  } else readable = checkSelectorSyntax(faults, selector, 'spec.selector');
  if (!readable) faults.invalid('spec.selector', selector, 'invalid label selector');
  const empty = selector !== undefined && Object.keys(selector).length === 0;
  if (readable && !empty && !(selector !== undefined && isSelected(selector, labels ?? {}))) {
    faults.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  checkTemplate(faults, template, 'spec.template');
  const policy = stringAt(template, 'spec', 'restartPolicy');
  if (policy !== 'Always') faults.notSupported('spec.template.spec.restartPolicy', policy, ['Always']);
  if (objectAt(template, 'spec')?.['activeDeadlineSeconds'] !== undefined) {
    const why = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    faults.forbidden('spec.template.spec.activeDeadlineSeconds', why);
  }
}

function isZero(value: JsonValue | undefined): boolean {
  return value === 0 || value === '0%' || value === '0';
}

function checkStrategy(faults: FaultList, strategy: JsonObject): void {
  const type = stringAt(strategy, 'type') ?? '';
  const rolling = objectAt(strategy, 'rollingUpdate');
  if (type === 'Recreate') {
    if (rolling !== undefined) {
      faults.forbidden(
        'spec.strategy.rollingUpdate',
        "may not be specified when strategy `type` is 'Recreate'",
      );
    }
  } else if (type === 'RollingUpdate') {
    if (isZero(rolling?.['maxUnavailable']) && isZero(rolling?.['maxSurge'])) {
      const why = 'may not be 0 when `maxSurge` is 0';
      faults.invalid('spec.strategy.rollingUpdate.maxUnavailable', rolling?.['maxUnavailable'], why);
    }
  } else {
    faults.notSupported('spec.strategy', { Type: type, RollingUpdate: rolling ?? null }, [
      'Recreate',
      'RollingUpdate',
    ]);
  }
}

function checkDeployment(faults: FaultList, object: KubeObject): void {
  const spec = objectAt(object, 'spec') ?? {};
  faults.notNegative('spec.replicas', spec['replicas']);
  checkSelectorAndTemplate(faults, spec, 'deployment', false);
  checkStrategy(faults, objectAt(spec, 'strategy') ?? {});
  faults.notNegative('spec.minReadySeconds', spec['minReadySeconds']);
  faults.notNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']);
  const deadline = numberAt(spec, 'progressDeadlineSeconds') ?? 600;
  if (deadline <= (numberAt(spec, 'minReadySeconds') ?? 0)) {
    faults.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
}

function checkReplicas(word: string, nullSelector: boolean) {
  return (faults: FaultList, object: KubeObject): void => {
    const spec = objectAt(object, 'spec') ?? {};
    faults.notNegative('spec.replicas', spec['replicas']);
    checkSelectorAndTemplate(faults, spec, word, nullSelector);
    faults.notNegative('spec.minReadySeconds', spec['minReadySeconds']);
  };
}

function checkJobSpec(faults: FaultList, spec: JsonObject, field: string): void {
  for (const name of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ]) {
    faults.notNegative(`${field}.${name}`, spec[name]);
  }
  const template = objectAt(spec, 'template') ?? {};
  checkTemplate(faults, template, `${field}.template`);
  const policy = stringAt(template, 'spec', 'restartPolicy');
  if (policy === 'Always') {
    faults.required(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"');
  }
}

function checkJob(faults: FaultList, object: KubeObject): void {
  const spec = objectAt(object, 'spec') ?? {};
  const selector = objectAt(spec, 'selector');
  const labels = objectAt(spec, 'template', 'metadata', 'labels') ?? {};
  if (selector !== undefined && !isSelected(selector, labels)) {
    faults.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  checkJobSpec(faults, spec, 'spec');
}

const scheduleShape = /^(TZ=|CRON_TZ=)/;
const namedSchedules: ReadonlySet<string> = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]);

function checkSchedule(faults: FaultList, schedule: string): void {
  if (schedule === '') {
    faults.required('spec.schedule');
    return;
  }
  if (namedSchedules.has(schedule) || schedule.startsWith('@every ') || scheduleShape.test(schedule)) return;
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) {
    const why = `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
    faults.invalid('spec.schedule', schedule, why);
  }
}

/** A CronJob's name must leave room for the suffix of its jobs. */
const cronJobNameLimit = 52;

function checkCronJob(faults: FaultList, object: KubeObject): void {
  const { name } = object.metadata;
  const spec = objectAt(object, 'spec') ?? {};
  checkSchedule(faults, stringAt(spec, 'schedule') ?? '');
  faults.oneOf('spec.concurrencyPolicy', spec['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']);
  checkJobSpec(faults, objectAt(spec, 'jobTemplate', 'spec') ?? {}, 'spec.jobTemplate.spec');
  if (name.length > cronJobNameLimit) {
    faults.invalid('metadata.name', name, `must be no more than ${cronJobNameLimit} characters`);
  }
}

function checkReplicationController(faults: FaultList, object: KubeObject): void {
  const spec = objectAt(object, 'spec') ?? {};
  faults.notNegative('spec.replicas', spec['replicas']);
  const [selector, template] = [objectAt(spec, 'selector') ?? {}, objectAt(spec, 'template')];
  if (Object.keys(selector).length === 0) faults.required('spec.selector');
  if (template === undefined) {
    faults.required('spec.template');
    return;
  }
  const labels = objectAt(template, 'metadata', 'labels') ?? {};
  if (!isSelected({ matchLabels: selector }, labels)) {
    faults.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  checkTemplate(faults, template, 'spec.template');
}

type Check = (faults: FaultList, object: KubeObject) => void;

export const workloadChecks: Readonly<Record<string, Check>> = {
  '/pods': (faults, object) => checkPodSpec(faults, objectAt(object, 'spec') ?? {}, 'spec'),
  '/podtemplates': (faults, object) => checkTemplate(faults, objectAt(object, 'template') ?? {}, 'template'),
  '/replicationcontrollers': checkReplicationController,
  'apps/daemonsets': checkReplicas('daemonset', true),
  'apps/deployments': checkDeployment,
  'apps/replicasets': checkReplicas('deployment', false),
  'apps/statefulsets': checkReplicas('statefulset', false),
  'batch/cronjobs': checkCronJob,
  'batch/jobs': checkJob,
};
