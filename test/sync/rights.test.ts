import { describe, expect, it } from 'vitest';
import type { EventContent } from '../../src/model/event.ts';
import { brandId, type PersonId, type ProductionId } from '../../src/model/ids.ts';
import type { Person } from '../../src/model/person.ts';
import { policyFor, type Rights } from '../../src/sync/rights.ts';
import { blankContent, blankPerson } from '../blank.ts';
import { meeting, production } from './faces.ts';

const someone = (role: string, changes: Partial<Person> = {}): Person => ({
  ...blankPerson,
  production: brandId<ProductionId>(production),
  id: brandId<PersonId>('C02'),
  name: 'Ines Caldbeck',
  role,
  ...changes,
});
const producer = someone('Producer');
const runner = someone('Floor runner');
const event = (owner: PersonId | null): EventContent => ({
  ...blankContent,
  title: 'Production meeting',
  when: meeting.when,
  owner,
});
const office = event(null);
const own = event(producer.id);

const rights: Rights = {
  owner: { when: 'accept', place: 'restore' },
  producer: { title: 'accept', place: 'accept', default: 'restore' },
  default: { notes: 'restore', when: 'restore', default: 'propose' },
};

describe('what becomes of a person’s edit', () => {
  it('the owner’s row rules over the role’s', () => {
    expect(policyFor(rights, producer, own, 'when')).toBe('accept');
    expect(policyFor(rights, producer, own, 'place')).toBe('restore');
  });
  it('the role’s row answers for what the owner’s does not name', () => {
    expect(policyFor(rights, producer, own, 'title')).toBe('accept');
    expect(policyFor(rights, producer, own, 'notes')).toBe('restore');
  });
  it('an event of somebody else, or of the office, is judged by the role', () => {
    expect(policyFor(rights, producer, office, 'when')).toBe('restore');
    expect(policyFor(rights, producer, event(brandId<PersonId>('C99')), 'place')).toBe('accept');
  });
  it('a role without a row falls to the default row, its field before its default', () => {
    expect(policyFor(rights, runner, office, 'when')).toBe('restore');
    expect(policyFor(rights, runner, office, 'title')).toBe('propose');
  });
  it('an owner without a role of note still owns', () => {
    expect(policyFor(rights, runner, event(runner.id), 'when')).toBe('accept');
  });
  it('the owner’s delegate counts as the owner, of that owner’s events only', () => {
    const boss = someone('Producer', { id: brandId<PersonId>('C01'), delegate: runner.id });
    expect(policyFor(rights, runner, event(boss.id), 'when', boss)).toBe('accept');
    expect(policyFor(rights, runner, event(boss.id), 'when', { ...boss, delegate: null })).toBe('restore');
    expect(policyFor(rights, runner, event(brandId<PersonId>('C99')), 'when', boss)).toBe('restore');
  });
  it('the default of the owner’s row rules over the field of the role’s row', () => {
    const generous: Rights = { owner: { default: 'accept' }, producer: { title: 'restore' } };
    expect(policyFor(generous, producer, own, 'title')).toBe('accept');
  });
  it('cast are judged as cast, whatever their title says', () => {
    const cast: Rights = { cast: { when: 'restore' }, producer: { when: 'accept' } };
    expect(policyFor(cast, someone('Producer', { kind: 'cast' }), office, 'when')).toBe('restore');
  });
  it('without any row everything is proposed', () => {
    expect(policyFor({}, producer, own, 'when')).toBe('propose');
    expect(policyFor({ crew: { when: 'accept' } }, producer, own, 'when')).toBe('propose');
  });
});
