/** What Graph's `responseStatus` says of the owner of the mailbox. */
import { expect, it } from 'vitest';
import { noParts, observedOf } from '../../../connectors/microsoft/item.ts';
import { readEvent } from '../../../connectors/microsoft/wire.ts';
import { london } from '../../sync/office.ts';

const noon = '2027-02-22T12:00:00Z';
const never = '0001-01-01T00:00:00Z';
const answered = (answer: string, at: number | null = Date.parse(noon)) => ({
  answer,
  at,
  comment: '',
  attendee: null,
});

it.each([
  ['accepted', false, { response: 'accepted', time: noon }, answered('accepted')],
  ['tentatively accepted', false, { response: 'tentativelyAccepted', time: noon }, answered('tentative')],
  ['declined', false, { response: 'declined', time: noon }, answered('declined')],
  ['accepted, nobody knows when', false, { response: 'accepted', time: never }, answered('accepted', null)],
  ['accepted without a word on when', false, { response: 'accepted' }, answered('accepted', null)],
  ['not answered', false, { response: 'notResponded', time: never }, null],
  ['nothing to answer', false, { response: 'none', time: never }, null],
  ['their own meeting', true, { response: 'organizer', time: never }, null],
  ['their own meeting, accepted by themself', true, { response: 'accepted', time: noon }, null],
  ['a meeting of nobody knows whom', null, { response: 'accepted', time: noon }, null],
  ['no status at all', false, null, null],
])('S86 %s', (_name, isOrganizer, responseStatus, response) => {
  const moment = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
  const times = { start: moment('2027-03-08T10:00:00.0000000'), end: moment('2027-03-08T11:00:00.0000000') };
  const event = readEvent({ id: 'AAkA1', type: 'singleInstance', ...times, isOrganizer, responseStatus });
  expect(event && observedOf(event, noParts, london)).toMatchObject({ kind: 'present', response });
});
