import { describe, expect, it } from 'vitest';
import { portIn, portOf } from './fluxd.ts';

describe('portIn', () => {
  it.each([
    { line: 'ts=2026 caller=main.ts:1 addr=127.0.0.1:40123', key: 'addr', port: 40123 },
    { line: 'ts=2026 caller=main.ts:1 metrics-addr=127.0.0.1:40124', key: 'metrics-addr', port: 40124 },
    { line: 'ts=2026 caller=main.ts:1 metrics-addr=127.0.0.1:40124', key: 'addr', port: undefined },
    { line: '{"addr":"127.0.0.1:40123","caller":"main.ts:1"}', key: 'addr', port: 40123 },
    { line: '{"caller":"main.ts:1","metrics-addr":"127.0.0.1:40124"}', key: 'metrics-addr', port: 40124 },
    { line: 'url=ssh://git@127.0.0.1:22/x', key: 'addr', port: undefined },
  ])('$key in `$line`: $port', ({ line, key, port }) => {
    expect(portIn(line, key)).toBe(port);
  });
});

describe('portOf', () => {
  it.each([
    { args: ['--listen-metrics=:3031'], flag: 'listen-metrics', port: 3031 },
    { args: ['--listen-metrics=:3031'], flag: 'listen', port: undefined },
    { args: ['-l', '0.0.0.0:8080'], flag: 'listen', port: 8080 },
    { args: ['--listen=:1', '--listen', ':2'], flag: 'listen', port: 2 },
  ])('$flag of $args: $port', ({ args, flag, port }) => {
    expect(portOf(args, flag)).toBe(port);
  });
});
