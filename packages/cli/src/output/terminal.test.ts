import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTerminal } from './terminal.ts';

const erase = '\r\u001b[K';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function fakeStream(given: { readonly isTTY?: boolean; readonly columns?: number }) {
  const stream = Object.assign(new PassThrough(), given);
  let written = '';
  stream.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  return { stream, written: () => written };
}

it('shows a moving line on a terminal while something is awaited, and leaves nothing of it', async () => {
  const { stream, written } = fakeStream({ isTTY: true, columns: 20 });
  const terminal = createTerminal(stream, {});
  const done = terminal.whileWaiting('waiting', async (show) => {
    await vi.advanceTimersByTimeAsync(80);
    expect(written()).toBe(`${erase}⠋ waiting`);
    show('something longer than the line');
    await vi.advanceTimersByTimeAsync(80);
    expect(written().endsWith(`${erase}⠙ something longer `)).toBe(true);
    terminal.line('hello');
    expect(written().endsWith(`${erase}hello\n`)).toBe(true);
    await vi.advanceTimersByTimeAsync(80);
    return 'result';
  });
  expect(await done).toBe('result');
  expect(written().endsWith(erase)).toBe(true);
});

it.each([
  { given: {}, env: {}, because: 'a program is reading' },
  { given: { isTTY: true }, env: { TERM: 'dumb' }, because: 'the terminal cannot erase' },
])('shows nothing of waiting where $because', async ({ given, env }) => {
  const { stream, written } = fakeStream(given);
  await createTerminal(stream, env).whileWaiting('waiting', () => vi.advanceTimersByTimeAsync(1000));
  expect(written()).toBe('');
});

it('ends the moving line when what was awaited fails', async () => {
  const { stream, written } = fakeStream({ isTTY: true });
  const failing = createTerminal(stream, {}).whileWaiting('waiting', async () => {
    await vi.advanceTimersByTimeAsync(100);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(written().endsWith(erase)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
