import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { ApiError, badRequest, methodNotAllowed, noSuchPage, type Status } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import { applyObject, requireManager } from '../resources/apply.ts';
import type { Target, World, WriteOptions } from '../resources/context.ts';
import { createObject } from '../resources/create.ts';
import { decode } from '../resources/decode.ts';
import { type DeleteOptions, deleteObject, deleteObjects } from '../resources/delete.ts';
import { type PatchType, patchObject, patchTypes } from '../resources/patch.ts';
import { bindPod, evictPod } from '../resources/pod-actions.ts';
import { getObject } from '../resources/read.ts';
import { patchScale, scaleOf, writeScale } from '../resources/scale.ts';
import { updateObject } from '../resources/update.ts';
import { deprecationWarning } from '../validation/warnings.ts';
import type { Answer } from './answer.ts';
import { listBody, listPage, type Snapshots } from './list-answer.ts';
import { repeatedFields } from './repeated-fields.ts';
import { type Shape, shapeList, shapeObject } from './shape-answer.ts';
import { deleteOptions, mediaType, parseBody, unsupportedPatch, writeOptions } from './write-request.ts';

/** One request about a kind, read but not yet carried out. */
export interface ResourceRequest extends Shape {
  readonly method: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: Buffer;
}

/** What a request asks to be done, and what it has been told so far. */
class Task {
  readonly world: World;
  readonly request: ResourceRequest;
  readonly warnings: string[] = [];
  readonly type: string;

  constructor(world: World, request: ResourceRequest) {
    this.world = world;
    this.request = request;
    this.type = mediaType(request.contentType);
  }

  readonly warn = (text: string): void => {
    if (!this.warnings.includes(text)) this.warnings.push(text);
  };

  /** @throws {ApiError} 400, 415 */
  body(): JsonValue {
    const { body, method, kind } = this.request;
    if (method === 'PATCH') {
      const isStrategic = this.type === 'application/strategic-merge-patch+json';
      return parseBody(body, this.type, isStrategic ? '' : 'error decoding patch: ');
    }
    const what = `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; json parse error: `;
    return parseBody(body, this.type, what);
  }

  get options(): WriteOptions {
    const { query, userAgent, body } = this.request;
    const repeated = this.type === 'application/json' ? repeatedFields(body.toString('utf8')) : [];
    return writeOptions(query, userAgent, repeated, this.warn);
  }

  get deleteOptions(): DeleteOptions {
    const { query, body } = this.request;
    return deleteOptions(query, body.length === 0 ? undefined : this.body());
  }

  /** @throws {ApiError} 415 */
  get patchType(): PatchType {
    const type = patchTypes[this.type as keyof typeof patchTypes];
    if (type === undefined) throw unsupportedPatch();
    return type;
  }

  answer(object: KubeObject, code = 200): Answer {
    return this.raw(shapeObject(this.world, object, this.request), code);
  }

  /** An answer that is no object of the kind. */
  raw(body: JsonObject | Status, code = 200): Answer {
    return { code, body, type: `application/${this.request.form.format}`, warnings: this.warnings };
  }
}

function isStatus(object: KubeObject | Status): object is Status {
  return object.kind === 'Status' && object.apiVersion === 'v1';
}

function onCollection(task: Task, snapshots: Snapshots): Answer {
  const { world, request } = task;
  const { method, kind, namespace, query } = request;
  switch (method) {
    case 'GET':
      return task.raw(shapeList(world, listPage(world, snapshots, kind, namespace, query), request));
    case 'POST': {
      const { options } = task;
      return task.answer(
        createObject(world, kind, namespace, decode(kind, task.body(), options), options),
        201,
      );
    }
    case 'DELETE': {
      const options = task.deleteOptions;
      const page = listPage(world, snapshots, kind, namespace, query);
      deleteObjects(world, kind, page.items, options);
      return task.raw(listBody(kind, page));
    }
    default:
      throw methodNotAllowed();
  }
}

const orphanedPodsText =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

function onObject(task: Task, target: Target): Answer {
  const { world, request } = task;
  const { method, kind, query } = request;
  switch (method) {
    case 'GET':
      return task.answer(getObject(world, kind, target));
    case 'PUT': {
      const { options } = task;
      return task.answer(updateObject(world, kind, target, decode(kind, task.body(), options), options));
    }
    case 'PATCH': {
      const { patchType, options } = task;
      if (patchType !== 'apply') {
        return task.answer(patchObject(world, kind, target, patchType, task.body(), options));
      }
      const manager = requireManager(query.get('fieldManager'));
      const applyOptions = { ...options, manager, force: query.get('force') === 'true' };
      const { object, created } = applyObject(world, kind, target, task.body(), applyOptions);
      return task.answer(object, created ? 201 : 200);
    }
    case 'DELETE': {
      if (target.subresource !== undefined) throw methodNotAllowed();
      const options = task.deleteOptions;
      // Nobody would guess what becomes of a job's pods.
      if (kind.storage === 'batch/jobs' && options.propagationPolicy === undefined)
        task.warn(orphanedPodsText);
      const deleted = deleteObject(world, kind, target, options);
      return isStatus(deleted) ? task.raw(deleted) : task.answer(deleted);
    }
    default:
      throw methodNotAllowed();
  }
}

function onScale(task: Task, target: Target): Answer {
  const { world, request } = task;
  const { method, kind } = request;
  switch (method) {
    case 'GET':
      return task.raw(scaleOf(kind, getObject(world, kind, target)));
    case 'PUT':
      return task.raw(writeScale(world, kind, target, task.body(), task.options));
    case 'PATCH': {
      const type = task.patchType === 'apply' ? 'merge' : task.patchType;
      return task.raw(patchScale(world, kind, target, type, task.body(), task.options));
    }
    default:
      throw methodNotAllowed();
  }
}

/** Subresources that are the object itself, or a part of it. */
const partsOfObject: ReadonlySet<string> = new Set([
  'approval',
  'ephemeralcontainers',
  'finalize',
  'resize',
  'status',
]);

function onSubresource(task: Task, target: Target, subresource: string): Answer {
  const { world, request } = task;
  const { method, kind } = request;
  if (subresource === 'scale') return onScale(task, target);
  if (partsOfObject.has(subresource)) return onObject(task, target);
  if (kind.storage === '/pods' && method === 'POST') {
    if (subresource === 'binding')
      return task.raw(bindPod(world, kind, target, task.body(), task.options), 201);
    if (subresource === 'eviction') return task.raw(evictPod(world, kind, target, task.body()), 201);
  }
  getObject(world, kind, target);
  if (kind.storage !== '/pods') throw noSuchPage();
  throw badRequest(`pod ${target.name} does not have a host assigned`);
}

/** What each method needs to be allowed for a kind; subresources say it themselves. */
const verbs: Readonly<Record<string, readonly [collection: string, object: string]>> = {
  GET: ['list', 'get'],
  POST: ['create', ''],
  PUT: ['', 'update'],
  PATCH: ['', 'patch'],
  DELETE: ['deletecollection', 'delete'],
};

function checkVerb({ kind, method, name, subresource }: ResourceRequest): void {
  if (subresource !== undefined) return;
  const verb = verbs[method]?.[name === undefined ? 0 : 1] ?? '';
  if (!kind.verbs.has(verb)) throw methodNotAllowed();
}

/** Carries out a request on a collection, an object, or a part of one. @throws {ApiError} */
export function answerResource(world: World, snapshots: Snapshots, request: ResourceRequest): Answer {
  const { kind, namespace, name, subresource } = request;
  checkVerb(request);
  const task = new Task(world, request);
  const deprecation = deprecationWarning(kind);
  if (deprecation !== undefined) task.warn(deprecation);
  try {
    if (name === undefined) return onCollection(task, snapshots);
    const target: Target = { namespace, name, subresource };
    return subresource === undefined ? onObject(task, target) : onSubresource(task, target, subresource);
  } catch (error) {
    // Refusals carry the warnings too.
    if (!(error instanceof ApiError) || task.warnings.length === 0) throw error;
    return { code: error.code, body: error.status, warnings: task.warnings };
  }
}
