/** A person at their Outlook, as the contract suite knows one. */
import type { MicrosoftSandbox } from '../../connectors/sandbox/microsoft-server.ts';
import type { MicrosoftCalendar } from '../../connectors/sandbox/microsoft-world.ts';
import { notesLine } from '../../src/model/face.ts';
import { brandId } from '../../src/model/ids.ts';
import type { ForeignHand } from './bench.ts';

export function microsoftForeignHand(sandbox: MicrosoftSandbox, calendar: MicrosoftCalendar): ForeignHand {
  const hand = sandbox.hand(calendar.owner, calendar.isDefault ? undefined : calendar.name);
  return {
    retitle: async (id, subject) => hand.edit(id, { subject }),
    remove: async id => hand.remove(id),
    async add(name, start) {
      const at = (hours: number) => ({
        dateTime: Temporal.PlainDateTime.from(start.replace('Z', ''))
          .add({ hours })
          .toString({ smallestUnit: 'second' }),
        timeZone: 'UTC',
      });
      return brandId(hand.add({ subject: name, start: at(0), end: at(1) }));
    },
    async adorn(id) {
      const html = hand.get(id)?.fields.html ?? '';
      const content = html.replace('</body>', '<p class="MsoNormal">bring the <b>old</b> map</p></body>');
      hand.edit(id, {
        body: { contentType: 'html', content },
        categories: ['Turquoise category'],
        reminderMinutesBeforeStart: 30,
      });
    },
    async adornments(id) {
      const fields = hand.get(id)?.fields;
      const own = fields?.html.split(notesLine)[1] ?? '';
      return [
        own.includes('bring the <b>old</b> map'),
        fields?.categories.includes('Turquoise category'),
        fields?.reminderMinutesBeforeStart === 30,
      ].filter(Boolean).length;
    },
  };
}
