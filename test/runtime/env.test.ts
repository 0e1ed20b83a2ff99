import { expect, it } from 'vitest';
import { EnvironmentError, logLevel } from '../../src/runtime/env.ts';

it('CALLBOARD_LOG sets the log level, info without it', () => {
  expect(logLevel({})).toBe('info');
  expect(logLevel({ CALLBOARD_LOG: 'debug' })).toBe('debug');
});

it('a log level there is not stops the start and is told with those there are', () => {
  expect(() => logLevel({ CALLBOARD_LOG: 'loud' })).toThrow(EnvironmentError);
  expect(() => logLevel({ CALLBOARD_LOG: 'loud' })).toThrow('allowed is one of debug, info, warn, error, silent');
});
