import { expect, it } from 'vitest';
import { CalendarState } from '../../../connectors/sandbox/calendar-state.ts';

const calendar = (habits: Partial<ConstructorParameters<typeof CalendarState<string>>[0]> = {}) =>
  new CalendarState<string>({ normalise: text => text, sharesUids: false, reusesIds: true, ...habits });

it('a write on a tag that has changed is stale, and nothing is written', () => {
  const state = calendar();
  const first = state.put('a', 'u', 'one');
  state.put('a', 'u', 'two');
  const tag = 'item' in first ? first.item.tag : '';
  expect(state.put('a', 'u', 'three', { tag })).toEqual({ outcome: 'stale' });
  expect(state.remove('a', { tag })).toBe('stale');
  expect(state.item('a')?.content).toBe('two');
});

it('a write that wants the place free meets what is there', () => {
  const state = calendar();
  state.put('a', 'u', 'one');
  expect(state.put('a', 'u', 'two', { absent: true })).toEqual({ outcome: 'exists' });
  expect(state.put('b', 'u', 'two')).toEqual({ outcome: 'uid-taken', holder: 'a' });
});

it('an id may be spent for ever', () => {
  const state = calendar({ reusesIds: false });
  state.put('a', 'u', 'one');
  state.remove('a');
  expect(state.put('a', 'u', 'two')).toEqual({ outcome: 'id-spent' });
});

it('a UID is free again once its item is gone', () => {
  const state = calendar();
  state.put('a', 'u', 'one');
  state.remove('a');
  expect(state.put('b', 'u', 'two')).toMatchObject({ outcome: 'created' });
});

it('changes are told since a token, oldest first, in parts, with every part resumable', () => {
  const state = calendar();
  for (const id of ['a', 'b', 'c', 'd']) state.put(id, id, id);
  const start = state.token;
  state.remove('b');
  state.put('a', 'a', 'again');
  state.put('e', 'e', 'new');
  const first = state.changesSince(start, 2);
  expect(first).toMatchObject({ changed: [{ id: 'a' }], removed: ['b'], more: true });
  const second = state.changesSince(first?.token ?? '', 2);
  expect(second).toMatchObject({ changed: [{ id: 'e' }], removed: [], more: false, token: state.token });
  expect(state.changesSince(state.token)).toMatchObject({ changed: [], removed: [], more: false });
});

it('an empty token lists what is there, without the dead', () => {
  const state = calendar();
  state.put('a', 'a', 'a');
  state.put('b', 'b', 'b');
  state.remove('b');
  expect(state.changesSince('')).toMatchObject({ changed: [{ id: 'a' }], removed: [] });
});

it('expired, foreign and future tokens are refused', () => {
  const state = calendar();
  state.put('a', 'a', 'a');
  const token = state.token;
  state.expireTokens();
  expect(state.changesSince(token)).toBeNull();
  expect(state.changesSince('nonsense')).toBeNull();
  expect(state.changesSince('sandbox-999')).toBeNull();
  expect(state.changesSince(state.token)).not.toBeNull();
});
