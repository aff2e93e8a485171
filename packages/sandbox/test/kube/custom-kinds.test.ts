import type { JsonObject } from '@fluxctl/shared/kube-object';
import { beforeAll, expect, it } from 'vitest';
import { managers, strategicType, tableType, until } from './kube.ts';
import { onEachCluster } from './on-each-cluster.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const part = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, value: { type: 'string' } },
};
const spec: JsonObject = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1 },
    color: { type: 'string', default: 'red', enum: ['red', 'blue'] },
    replicas: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    parts: {
      type: 'array',
      items: part,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    words: { type: 'array', items: { type: 'string' } },
    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    raw: { type: 'object' },
    limits: { type: 'object', additionalProperties: { 'x-kubernetes-int-or-string': true } },
  },
};
const status = { type: 'object', properties: { replicas: { type: 'integer' }, ok: { type: 'boolean' } } };
const schema = { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec, status } } };

const definition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'], categories: ['all'] },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ok', type: 'boolean', jsonPath: '.status.ok' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
      { name: 'v1beta1', served: true, storage: false, schema },
    ],
  },
};

onEachCluster('custom kinds', (cluster) => {
  const widgets = () => `/apis/example.com/v1/namespaces/${cluster().namespace}/widgets`;
  const widget = (name: string, spec: JsonObject): JsonObject => ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name },
    spec,
  });

  beforeAll(async () => {
    const { kube } = cluster();
    const applied = await kube.apply(`${definitions}/widgets.example.com`, definition, 'flux', true);
    expect(applied.code).toBe(201);
    await until(
      'its kind',
      () => kube.get(widgets()),
      ({ code }) => code === 200,
    );
  });

  it('establishes a definition', async () => {
    const { body } = await cluster().kube.get(`${definitions}/widgets.example.com`);
    expect(body.spec.names).toEqual({
      kind: 'Widget',
      plural: 'widgets',
      shortNames: ['wd'],
      categories: ['all'],
      singular: 'widget',
      listKind: 'WidgetList',
    });
    expect(body.status.acceptedNames).toEqual(body.spec.names);
    expect(body.status.storedVersions).toEqual(['v1']);
    expect(body.status.conditions).toMatchObject([
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ]);
    expect(body.metadata.finalizers).toBeUndefined();
  });

  it('serves its kind in discovery', async () => {
    const { kube } = cluster();
    const group = await until(
      'the group',
      () => kube.get('/apis/example.com'),
      ({ code }) => code === 200,
    );
    expect(group.body).toMatchObject({
      kind: 'APIGroup',
      name: 'example.com',
      versions: [
        { groupVersion: 'example.com/v1', version: 'v1' },
        { groupVersion: 'example.com/v1beta1', version: 'v1beta1' },
      ],
      preferredVersion: { groupVersion: 'example.com/v1', version: 'v1' },
    });
    const { body } = await kube.get('/apis/example.com/v1');
    expect(body.resources.map((each: { name: string }) => each.name)).toEqual([
      'widgets',
      'widgets/status',
      'widgets/scale',
    ]);
    expect(body.resources[0]).toMatchObject({
      singularName: 'widget',
      namespaced: true,
      kind: 'Widget',
      shortNames: ['wd'],
      categories: ['all'],
    });
  });

  it('sets defaults, drops what is unknown and tells of it', async () => {
    const { kube } = cluster();
    const body = widget('pruned', { size: 3, foo: 1, raw: { a: 1 }, any: { b: 1 }, color: null });
    const { code, body: created, warnings } = await kube.post(widgets(), { ...body, bar: 1 });
    expect(code).toBe(201);
    expect(created.spec).toEqual({ size: 3, color: 'red', raw: {}, any: { b: 1 } });
    expect(warnings).toEqual([
      'unknown field "bar"',
      'unknown field "spec.foo"',
      'unknown field "spec.raw.a"',
    ]);
    expect(created.metadata.generation).toBe(1);
    const strict = await kube.post(
      `${widgets()}?fieldValidation=Strict`,
      widget('strict', { size: 1, foo: 1 }),
    );
    expect([strict.code, strict.body.message]).toEqual([
      400,
      'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.foo"',
    ]);
  });

  it.each([
    { spec: {}, field: 'spec.size', text: 'Required value' },
    {
      spec: { size: 'x' },
      field: 'spec.size',
      text: 'Invalid value: "string": spec.size in body must be of type integer: "string"',
    },
    {
      spec: { size: 0 },
      field: 'spec.size',
      text: 'Invalid value: 0: spec.size in body should be greater than or equal to 1',
    },
    {
      spec: { size: 1, color: 'green' },
      field: 'spec.color',
      text: 'Unsupported value: "green": supported values: "red", "blue"',
    },
    { spec: { size: 1, tags: ['a', 'a'] }, field: 'spec.tags[1]', text: 'Duplicate value: "a"' },
    {
      spec: { size: 1, parts: [{ name: 'a' }, { name: 'a' }] },
      field: 'spec.parts[1]',
      text: 'Duplicate value: {"name":"a"}',
    },
    {
      spec: { size: 1, limits: { a: true } },
      field: 'spec.limits.a',
      text: 'Invalid value: "boolean": spec.limits.a in body must be of type integer,string: "boolean"',
    },
  ])('refuses $spec', async ({ spec, field, text }) => {
    const { code, body } = await cluster().kube.post(widgets(), widget('refused', spec as JsonObject));
    expect(code).toBe(422);
    expect(body.message).toBe(`Widget.example.com "refused" is invalid: ${field}: ${text}`);
    expect(body.details.causes[0]).toMatchObject({ field, message: text });
  });

  it('applies by the definition’s list types', async () => {
    const { kube } = cluster();
    await kube.post(
      widgets(),
      widget('applied', { size: 1, tags: ['a', 'b'], parts: [{ name: 'x', value: '1' }] }),
    );
    const conflict = await kube.apply(`${widgets()}/applied`, widget('applied', { size: 2 }), 'flux');
    expect(conflict.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "test" using example.com/v1: .spec.size',
    );
    const { body } = await kube.apply(
      `${widgets()}/applied`,
      widget('applied', {
        size: 2,
        tags: ['c'],
        parts: [{ name: 'y', value: '2' }],
        words: ['w'],
        any: { a: { b: [1] } },
      }),
      'flux',
      true,
    );
    expect(body.spec).toMatchObject({
      size: 2,
      tags: ['a', 'b', 'c'],
      parts: [
        { name: 'x', value: '1' },
        { name: 'y', value: '2' },
      ],
    });
    expect(managers(body)).toEqual({
      'flux Apply': {
        'f:spec': {
          'f:any': { 'f:a': { '.': {}, 'f:b': {} } },
          'f:parts': { 'k:{"name":"y"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
          'f:size': {},
          'f:tags': { 'v:"c"': {} },
          'f:words': {},
        },
      },
      'test Update': {
        'f:spec': {
          '.': {},
          'f:color': {},
          'f:parts': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
          'f:tags': { '.': {}, 'v:"a"': {}, 'v:"b"': {} },
        },
      },
    });
    const less = await kube.apply(`${widgets()}/applied`, widget('applied', { size: 2 }), 'flux', true);
    expect(less.body.spec).toEqual({
      size: 2,
      color: 'red',
      tags: ['a', 'b'],
      parts: [{ name: 'x', value: '1' }],
    });
    const unknown = await kube.apply(
      `${widgets()}/applied`,
      widget('applied', { size: 2, foo: 1 }),
      'flux',
      true,
    );
    expect([unknown.code, unknown.body.message]).toEqual([
      500,
      'failed to create typed patch object (/applied; example.com/v1, Kind=Widget): .spec.foo: field not declared in schema',
    ]);
  });

  it('keeps status and scale apart', async () => {
    const { kube } = cluster();
    const created = await kube.post(widgets(), { ...widget('parts', { size: 1 }), status: { ok: true } });
    expect(created.body.status).toBeUndefined();
    const path = `${widgets()}/parts`;
    const missing = await kube.get(`${path}/scale`);
    expect([missing.code, missing.body.message]).toEqual([
      500,
      'Internal error occurred: the spec replicas field ".spec.replicas" does not exist',
    ]);
    const scaled = await kube.patch(`${path}/scale`, { spec: { replicas: 4 } });
    expect(scaled.body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 }, status: { replicas: 0 } });
    const told = await kube.patch(`${path}/status`, { spec: { size: 9 }, status: { ok: true, replicas: 4 } });
    expect(told.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { size: 1, replicas: 4 },
      status: { ok: true, replicas: 4 },
    });
    expect((await kube.get(`${path}/scale`)).body.status.replicas).toBe(4);
  });

  it('shows its own columns', async () => {
    const { kube } = cluster();
    await kube.post(widgets(), widget('shown', { size: 7 }));
    const { body } = await kube.get(`${widgets()}/shown`, { accept: tableType });
    expect(body.columnDefinitions.map((column: { name: string }) => column.name)).toEqual([
      'Name',
      'Size',
      'Ok',
      'Age',
    ]);
    expect(body.rows[0].cells).toEqual(['shown', 7, null, expect.stringMatching(/^\d+s$/)]);
  });

  it('serves every version', async () => {
    const { kube, namespace } = cluster();
    await kube.post(widgets(), widget('versions', { size: 1 }));
    const { body } = await kube.get(`/apis/example.com/v1beta1/namespaces/${namespace}/widgets/versions`);
    expect(body).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { size: 1 } });
  });

  it('takes no strategic patches, and no update without a version', async () => {
    const { kube } = cluster();
    await kube.post(widgets(), widget('strategic', { size: 1 }));
    const patched = await kube.patch(`${widgets()}/strategic`, { spec: { size: 2 } }, strategicType);
    expect([patched.code, patched.body.reason]).toEqual([415, 'UnsupportedMediaType']);
    const put = await kube.put(`${widgets()}/strategic`, widget('strategic', { size: 2 }));
    expect([put.code, put.body.message]).toEqual([
      422,
      'widgets.example.com "strategic" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ]);
  });

  it('goes with its objects when the definition goes', async () => {
    const { kube, namespace } = cluster();
    const name = 'shorts.example.org';
    await kube.post(definitions, {
      metadata: { name },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { kind: 'Short', plural: 'shorts' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    });
    const path = `/apis/example.org/v1/namespaces/${namespace}/shorts`;
    await until(
      'its kind',
      () => kube.get(path),
      ({ code }) => code === 200,
    );
    await kube.post(path, { apiVersion: 'example.org/v1', kind: 'Short', metadata: { name: 'a' } });
    await kube.delete(`${definitions}/${name}`);
    await until(
      'its end',
      () => kube.get(`${definitions}/${name}`),
      ({ code }) => code === 404,
    );
    await until(
      'the end of its kind',
      () => kube.get(path),
      ({ code }) => code === 404,
    );
  });
});
