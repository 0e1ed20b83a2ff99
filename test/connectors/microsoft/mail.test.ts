import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { creationOf } from '../../contract/bench.ts';
import { calendarTimes } from '../../contract/faces.ts';
import { type Outlook, openOutlook } from './outlook.ts';

let outlook: Outlook;
beforeEach(async () => {
  outlook = await openOutlook();
});
afterEach(() => outlook[Symbol.asyncDispose]());

describe('meeting mail by Microsoft', () => {
  it('S87 is never caused: copies carry no attendees, whatever is written', async () => {
    for (const [at, fields] of Object.values(calendarTimes).entries()) {
      const item = await outlook.place(at + 1, fields);
      await outlook.session.update(item, { ...creationOf(at + 1), fields: { title: 'Changed', busy: 'free' } });
      if (at % 2 === 0) await outlook.session.remove(await outlook.look(item));
    }
    expect(outlook.sandbox.world.meetingMail).toEqual([]);
    expect(outlook.hand.all().flatMap(({ event }) => event.fields.attendees)).toEqual([]);
  });

  it('S87 is not caused by changing or removing a copy to which a person has invited others', async () => {
    const item = await outlook.place();
    outlook.hand.edit(item.remoteId, { attendees: [{ emailAddress: { address: 'friend@elsewhere.test' } }] });
    const seen = await outlook.look(item);
    const refused = { kind: 'forbidden', outcome: 'not-done', message: expect.stringContaining('would mail them') };
    const update = outlook.session.update(seen, { ...creationOf(1), fields: { title: 'Changed' } });
    await expect(update).rejects.toMatchObject(refused);
    await expect(outlook.session.remove(seen)).rejects.toMatchObject(refused);
    await expect(outlook.session.unmark(seen)).rejects.toMatchObject(refused);
    expect(outlook.sandbox.world.meetingMail).toEqual([]);
  });

  it('S80 a private note, a category, a reminder and a sensitivity stay as they are, and mail nobody', async () => {
    const item = await outlook.place();
    outlook.hand.edit(item.remoteId, {
      categories: ['Red'],
      isReminderOn: false,
      sensitivity: 'private',
      importance: 'high',
      showAs: 'oof',
    });
    const seen = await outlook.look(item);
    expect(seen.face).toEqual(item.face);
    await outlook.session.update(seen, { ...creationOf(1), fields: { title: 'Changed', notes: 'New' } });
    expect(outlook.hand.get(item.remoteId)?.fields).toMatchObject({
      subject: 'Changed',
      categories: ['Red'],
      isReminderOn: false,
      sensitivity: 'private',
      importance: 'high',
      showAs: 'oof',
    });
    expect(outlook.sandbox.world.meetingMail).toEqual([]);
  });
});

describe('what stands in a mailbox beside our copies', () => {
  it.each([
    ['busy', true],
    ['oof', true],
    ['tentative', true],
    ['free', false],
    ['workingElsewhere', false],
  ] as const)('an event shown as %s blocks its owner: %s', async (showAs, blocks) => {
    const at = (hour: string) => ({ dateTime: `2027-03-01T${hour}:00:00`, timeZone: 'UTC' });
    outlook.hand.add({ subject: 'Dentist', start: at('10'), end: at('11'), showAs });
    expect((await outlook.read(null)).items).toMatchObject([{ blocks, marker: null }]);
  });
});
