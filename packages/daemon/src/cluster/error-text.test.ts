import { expect, it } from 'vitest';
import { ApiStatusError } from './api-error.ts';
import { maskSecrets, tellStatus } from './error-text.ts';

const cause = (field: string, message: string) => ({ reason: 'FieldValueInvalid', field, message });

it.each([
  {
    what: 'a short value',
    status: {
      message:
        'Service "v" is invalid: spec.clusterIPs[0]: Invalid value: ["10.0.0.34"]: may not change once set',
      details: {
        causes: [cause('spec.clusterIPs[0]', 'Invalid value: ["10.0.0.34"]: may not change once set')],
      },
    },
    told: 'Service "v" is invalid: spec.clusterIPs[0]: Invalid value: ["10.0.0.34"]: may not change once set',
  },
  {
    what: 'a template as JSON',
    status: {
      message: 'Job.batch "j" is invalid: spec.template: Invalid value: {…}: field is immutable',
      details: {
        causes: [
          cause(
            'spec.template',
            `Invalid value: {"Spec":{"Env":[{"Name":"PW: x","Value":"hunter2 }: \\" "}],"More":"${'x'.repeat(900)}"}}: field is immutable`,
          ),
        ],
      },
    },
    told: 'Job.batch "j" is invalid: spec.template: Invalid value: …: field is immutable',
  },
  {
    what: 'a template as Go, as older API servers have it',
    status: {
      message: 'Deployment.apps "d" is invalid: spec.selector: …',
      details: {
        causes: [
          cause(
            'spec.selector',
            'Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"a", "q":"x"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
          ),
        ],
      },
    },
    told: 'Deployment.apps "d" is invalid: spec.selector: Invalid value: …: field is immutable',
  },
  {
    what: 'several causes, one of them twice',
    status: {
      message: 'Secret "s" is invalid: [type: …]',
      details: {
        causes: [
          cause('type', 'Invalid value: "foo": field is immutable'),
          cause('data', 'Forbidden: field is immutable when `immutable` is set'),
          cause('type', 'Invalid value: "foo": field is immutable'),
        ],
      },
    },
    told: 'Secret "s" is invalid: [type: Invalid value: "foo": field is immutable, data: Forbidden: field is immutable when `immutable` is set]',
  },
  {
    what: 'a difference of several lines',
    status: { message: 'spec is immutable after creation\n@@ -1,6 +1,6 @@\n {\n-  "a"\n+  "b"\n' },
    told: 'spec is immutable after creation',
  },
  {
    what: 'a value of the wrong type',
    status: { message: '.data.p: expected string, got &value.valueUnstructured{Value:31415}' },
    told: '.data.p: expected string, got a number',
  },
  {
    what: 'a mapping where none should be',
    status: { message: '.spec.paused: expected boolean, got &{map[a:secretive]}' },
    told: '.spec.paused: expected boolean, got a mapping',
  },
])('tells $what', ({ status, told }) => {
  expect(tellStatus(status)).toBe(told);
});

it('cuts what is endless', () => {
  expect(tellStatus({ message: 'x'.repeat(10_000) }).length).toBeLessThan(700);
});

it('masks what a Secret holds, written or decoded, and nothing else', () => {
  const body = {
    kind: 'Secret',
    data: { a: 'aHVudGVyMg==' },
    stringData: { b: 'swordfish "x"', c: 1234567, d: 'ab' },
  };
  const text = 'got hunter2 and aHVudGVyMg== and "swordfish \\"x\\"" and 1234567 in ab';
  expect(maskSecrets(text, body)).toBe('got … and … and "…" and … in ab');
  expect(maskSecrets('got hunter2', { kind: 'ConfigMap', data: { a: 'hunter2' } })).toBe('got hunter2');
});

it('does not show the raw words of the server, whoever prints the error', () => {
  const error = new ApiStatusError(500, {
    message: `.data.p: expected string, got &value.valueUnstructured{Value:"hunter2"}`,
  });
  expect(JSON.stringify(error) + error.message + String(error.stack)).not.toContain('hunter2');
  expect(Object.values(error).join()).not.toContain('hunter2');
});

it.each([
  { status: { details: { causes: [cause('spec.selector', 'x')] } }, field: 'spec.selector' },
  {
    status: {
      message: 'failed to create typed patch object (a/b; apps/v1, Kind=Deployment): .spec.x[name="c"].y: no',
    },
    field: 'spec.x[name="c"].y',
  },
  { status: { message: 'admission webhook "a.b" denied the request: no' }, field: undefined },
])('names the field $field', ({ status, field }) => {
  expect(new ApiStatusError(422, status).field).toBe(field);
});
