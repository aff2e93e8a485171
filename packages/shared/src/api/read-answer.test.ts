import { describe, expect, it } from 'vitest';
import { DaemonError } from './api-error.ts';
import { type Answer, bodyOf, jsonOf } from './read-answer.ts';

const answer = (given: Partial<Answer>): Answer => ({
  status: 200,
  statusText: 'OK',
  contentType: 'application/json; charset=utf-8',
  body: '',
  ...given,
});

describe('bodyOf', () => {
  it.each([200, 201, 202, 204])('takes %d for success', (status) => {
    expect(bodyOf(answer({ status, body: 'x' }))).toBe('x');
  });

  it.each([
    ['missing', 404],
    ['user', 422],
    ['server', 500],
    ['something else', 500],
  ])('keeps an error of type %s as the daemon sent it', (type, status) => {
    const body = JSON.stringify({ type, help: 'H\n', error: 'e' });
    const known = type === 'something else' ? 'server' : type;
    try {
      bodyOf(answer({ status, body }));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DaemonError);
      expect(error).toMatchObject({ type: known, status, help: 'H\n', message: 'e' });
    }
  });

  it('shows anything else with its status', () => {
    const foreign = answer({ status: 502, statusText: 'Bad Gateway', contentType: 'text/html', body: '<p>' });
    expect(() => bodyOf(foreign)).toThrow('executing HTTP request: 502 Bad Gateway <p>');
  });

  it('does not show the body of a 401', () => {
    const body = '{"type":"user","help":"theirs","error":"e"}';
    expect(() => bodyOf(answer({ status: 401, body }))).toThrow('request failed authentication');
  });
});

describe('jsonOf', () => {
  it('reads a value, and refuses an empty body where there must be one', () => {
    expect(jsonOf(answer({ body: '[1]\n' }))).toEqual([1]);
    expect(jsonOf(answer({ status: 202 }), '')).toBe('');
    expect(() => jsonOf(answer({}))).toThrow('decoding response from server: EOF');
    expect(() => jsonOf(answer({ body: '1 2' }), '')).toThrow('decoding response from server: ');
  });
});
