/** Xandikos 0.2, the hostile CalDAV peer: 207 where others refuse, 500 for an unknown token; no authentication. */
import { join } from 'node:path';
import { type DavServer, type DavUser, startDavServer } from './dav-server.ts';

export async function startXandikos(user = 'alice'): Promise<DavServer> {
  const server = await startDavServer({
    program: 'xandikos',
    prepare: async (folder, port) => [
      ...['-d', join(folder, 'xan'), '--current-user-principal', `/${user}/`, '--defaults'],
      ...['-l', '127.0.0.1', '-p', String(port)],
    ],
  });
  return {
    ...server,
    async makeCalendar(owner: DavUser, name: string) {
      const path = `/${owner.name}/calendars/${name}/`;
      // Without properties to set its XML branch fails with 500.
      const headers = { 'content-type': 'text/plain' };
      const reply = await server.request(owner, path, { method: 'MKCALENDAR', headers });
      if (reply.status !== 201) throw new Error(`MKCALENDAR: ${reply.status}`);
      return new URL(path, server.url).href;
    },
  };
}
