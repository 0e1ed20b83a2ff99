import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onStop } from '../../src/runtime/signals.ts';

describe('a request to stop', () => {
  const exit = vi.spyOn(process, 'exit');
  beforeEach(() => {
    vi.useFakeTimers();
    exit.mockReset().mockImplementation(() => undefined as never);
  });
  afterEach(() => vi.useRealTimers());

  it.each(['SIGINT', 'SIGTERM'] as const)('%s aborts the signal and leaves the end to the program', name => {
    const stop = onStop();
    expect(stop.signal.aborted).toBe(false);
    process.emit(name, name);
    expect(stop.signal.aborted).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(exit).not.toHaveBeenCalled();
    stop.dispose();
  });

  it('a second one ends the process hard, ten seconds later', () => {
    const stop = onStop();
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGTERM', 'SIGTERM');
    vi.advanceTimersByTime(9_999);
    expect(exit).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(exit).toHaveBeenCalledExactlyOnceWith(143);
    stop.dispose();
  });

  it('dispose gives the signals back and forgets the hard end', () => {
    const before = process.listenerCount('SIGINT');
    const stop = onStop();
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    stop.dispose();
    vi.advanceTimersByTime(60_000);
    expect(exit).not.toHaveBeenCalled();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
