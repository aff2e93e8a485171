import { badRequest } from '../api-error.ts';
import { type KubeObject, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';

export type Selects = (object: KubeObject) => boolean;

const setRequirement = /^\s*([^\s!=(),]+)\s+(in|notin)\s*\(([^()]*)\)\s*$/;
const comparison = /^\s*([^\s!=(),]+)\s*(==|=|!=)\s*([^\s=!(),]*)\s*$/;
const existence = /^\s*(!?)\s*([^\s!=(),]+)\s*$/;

/** Splits at commas outside of brackets. */
function splitRequirements(text: string): readonly string[] {
  return text.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? [];
}

function labelRequirement(
  text: string,
  whole: string,
): (labels: Readonly<Record<string, string>>) => boolean {
  const set = setRequirement.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    if (operator === 'in') return (labels) => labels[key] !== undefined && values.has(labels[key]);
    return (labels) => labels[key] === undefined || !values.has(labels[key]);
  }
  const compared = comparison.exec(text);
  if (compared !== null) {
    const [, key = '', operator, value = ''] = compared;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const exists = existence.exec(text);
  if (exists !== null) {
    const [, not, key = ''] = exists;
    return (labels) => (labels[key] !== undefined) === (not === '');
  }
  throw badRequest(`unable to parse requirement: found '${text.trim()}' in ${JSON.stringify(whole)}`);
}

/** @param text - `app=a,tier in (x, y),!canary` */
export function labelSelector(text: string): Selects {
  if (text.trim() === '') return () => true;
  const requirements = splitRequirements(text).map((part) => labelRequirement(part, text));
  return ({ metadata }) => {
    const labels = metadata.labels ?? {};
    return requirements.every((requirement) => requirement(labels));
  };
}

/** Fields beside `metadata.name` and `metadata.namespace` that a kind can be selected by. */
const selectableFields: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/namespaces': ['status.phase'],
  '/nodes': ['spec.unschedulable'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

/** @param text - `metadata.name=a,status.phase!=Running` */
export function fieldSelector(text: string, kind: Kind): Selects {
  if (text.trim() === '') return () => true;
  const requirements = text.split(',').map((part) => {
    const [, field = '', operator = '', value = ''] = /^(.*?)(==|!=|=)(.*)$/.exec(part.trim()) ?? [];
    if (operator === '') {
      throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    }
    const known =
      field === 'metadata.name' ||
      (field === 'metadata.namespace' && kind.namespaced) ||
      selectableFields[kind.storage]?.includes(field);
    if (!known) throw badRequest(`field label not supported: ${field}`);
    const path = field === 'source' ? ['source', 'component'] : field.split('.');
    return (object: KubeObject) => {
      const actual = stringAt(object, ...path) ?? scalarText(object, path);
      return (actual === value) === (operator !== '!=');
    };
  });
  return (object) => requirements.every((requirement) => requirement(object));
}

function scalarText(object: KubeObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const field of path) value = (value as Record<string, unknown> | undefined)?.[field];
  return value === undefined ? '' : String(value);
}
