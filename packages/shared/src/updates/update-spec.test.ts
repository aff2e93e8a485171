import { describe, expect, it } from 'vitest';
import { decodeNote, decodeUpdateSpec } from './update-spec.ts';

describe('decodeUpdateSpec', () => {
  it.each([
    [
      { type: 'sync', cause: { Message: 'm', User: 'u' }, spec: {} },
      { type: 'sync', cause: { Message: 'm', User: 'u' }, spec: {} },
    ],
    [
      { Type: 'image', SPEC: null },
      { type: 'image', cause: { Message: '', User: '' }, spec: null },
    ],
    [
      { type: 'policy', cause: { message: 'm' }, spec: { 'a:b/c': {} }, more: 1 },
      { type: 'policy', cause: { Message: 'm', User: '' }, spec: { 'a:b/c': {} } },
    ],
  ])('reads %j as Go does', (json, spec) => {
    expect(decodeUpdateSpec(json)).toEqual(spec);
  });

  it.each([
    [{ type: 'zork', spec: {} }, 'unknown spec type: zork'],
    [{ spec: {} }, 'unknown spec type: '],
    [{ type: 'sync' }, 'missing "spec" in an update of type sync'],
    [{ type: 5, spec: {} }, '"type" must be a string'],
    [[], 'an update must be a JSON object'],
    [null, 'an update must be a JSON object'],
  ])('refuses %j', (json, message) => {
    expect(() => decodeUpdateSpec(json)).toThrow(message);
  });
});

describe('decodeNote', () => {
  it('reads a note of Flux v1', () => {
    const note =
      '{"jobID":"9e304438","spec":{"type":"image","cause":{"Message":"","User":"Jane \\u003cjane@x\\u003e"},"spec":{"Kind":"execute"}},"result":{"default:deployment/h":{"Status":"success","PerContainer":null}}}';
    expect(decodeNote(note)).toEqual({
      jobID: '9e304438',
      spec: { type: 'image', cause: { Message: '', User: 'Jane <jane@x>' }, spec: { Kind: 'execute' } },
      result: { 'default:deployment/h': { Status: 'success', PerContainer: null } },
    });
  });

  it.each(['', 'somebody else wrote this', '{"jobID":"x"}', 'null', '[]'])('passes over %j', (note) => {
    expect(decodeNote(note)).toBeUndefined();
  });
});
