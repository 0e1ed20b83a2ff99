/** Another CalDAV program: reads the resource, changes its text, puts it back without asking. */

import { encodePath, pathOf } from '../../connectors/caldav/href.ts';
import { notesLine } from '../../src/model/face.ts';
import { brandId, type RemoteId } from '../../src/model/ids.ts';
import type { DavServer, DavUser } from '../real/dav-server.ts';
import type { ForeignHand } from './bench.ts';

/** @param calendar address of the collection */
export function caldavHand(
  server: Pick<DavServer, 'get' | 'put' | 'remove'>,
  user: DavUser,
  calendar: string,
): ForeignHand {
  const edit = async (id: RemoteId, change: (text: string) => string) => {
    const { text } = await server.get(user, encodePath(id));
    await server.put(user, encodePath(id), change(unfolded(text)));
  };
  return {
    retitle: (id, title) => edit(id, text => text.replace(/^SUMMARY:.*$/m, `SUMMARY:${title}`)),
    remove: id => server.remove(user, encodePath(id)),
    async add(name, start) {
      const id = brandId<RemoteId>(pathOf(`${calendar}${name}.ics`));
      await server.put(user, encodePath(id), foreignEvent(name, start));
      return id;
    },
    adorn: id =>
      edit(id, text =>
        text
          .replace(/^(DESCRIPTION:.*)$/m, `$1bring the old map`)
          .replace(/^END:VEVENT$/m, `COLOR:turquoise\r\n${alarm}\r\nEND:VEVENT`),
      ),
    async adornments(id) {
      const text = unfolded((await server.get(user, encodePath(id))).text);
      const own = text.replaceAll('\\;', ';').split(notesLine)[1] ?? '';
      return [
        own.includes('bring the old map'),
        /^COLOR:turquoise$/m.test(text),
        text.includes('TRIGGER:-PT30M'),
      ].filter(Boolean).length;
    },
  };
}

const alarm = 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Go\r\nTRIGGER:-PT30M\r\nEND:VALARM';

export function foreignEvent(uid: string, start: string, title = 'Dentist'): string {
  const times = `DTSTART:${start}\r\nDURATION:PT1H\r\nSUMMARY:${title}`;
  const event = `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20261122T000000Z\r\n${times}\r\nEND:VEVENT`;
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//EN\r\n${event}\r\nEND:VCALENDAR\r\n`;
}

function unfolded(text: string): string {
  return `${text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter(Boolean)
    .join('\r\n')}\r\n`.replaceAll('\r\n', '\n');
}
