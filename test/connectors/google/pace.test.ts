/** No faster than Google allows, and no slower for anybody else. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../../connectors/google/limits.ts';
import { Pace } from '../../../connectors/google/pace.ts';

const { patches, others, project, windowMs } = limits.pace;
let asked: string[] = [];
const count = (user: string) => asked.filter(one => one === user).length;
const fetchOf = (pace: Pace, user: string) =>
  pace.fetchFor(user, async () => {
    asked.push(user);
    return new Response();
  });
const ask = (pace: Pace, user: string, times: number, method = 'GET') => {
  const fetch = fetchOf(pace, user);
  for (let n = 0; n < times; n += 1) void fetch('https://google.test/', { method });
};

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('requests to Google', () => {
  it('of one person beyond their share of a window wait for the next; another person’s do not', async () => {
    const pace = new Pace();
    ask(pace, 'ann', others + 5);
    ask(pace, 'ben', 5);
    await vi.advanceTimersByTimeAsync(windowMs / 2);
    expect([count('ann'), count('ben')]).toEqual([others, 5]);
    await vi.advanceTimersByTimeAsync(windowMs);
    expect(count('ann')).toBe(others + 5);
  });
  it('that patch count three times, and so have a share of their own', async () => {
    const pace = new Pace();
    ask(pace, 'ann', patches + 1, 'PATCH');
    ask(pace, 'ann', 1);
    await vi.advanceTimersByTimeAsync(windowMs / 2);
    expect(count('ann')).toBe(patches + 1);
    expect(patches * 3 + others).toBeLessThanOrEqual((600 * windowMs) / 60_000);
  });
  it('of everybody together keep to the project’s share', async () => {
    const pace = new Pace();
    const people = Math.ceil(project / others) + 2;
    for (let n = 0; n < people; n += 1) ask(pace, `p${n}`, others);
    await vi.advanceTimersByTimeAsync(windowMs / 2);
    expect(asked).toHaveLength(project);
    expect(project).toBeLessThanOrEqual((10_000 * windowMs) / 60_000);
  });
  it('that fail do not stop those behind them', async () => {
    const pace = new Pace();
    const failing = pace.fetchFor('ann', () => Promise.reject(new Error('down')));
    await expect(failing('https://google.test/')).rejects.toThrow('down');
    ask(pace, 'ann', 1);
    await vi.advanceTimersByTimeAsync(10);
    expect(count('ann')).toBe(1);
  });
});
