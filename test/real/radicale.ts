/** Radicale 3, the clean CalDAV peer: a process on a free port with its own users. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DavServer, type DavUser, startDavServer } from './dav-server.ts';

const alice: DavUser = { name: 'alice', password: 'secret' };

export async function startRadicale(users: readonly DavUser[] = [alice]): Promise<DavServer> {
  return startDavServer({
    program: 'radicale',
    async prepare(folder, port) {
      const lines = users.map(user => `${user.name}:${user.password}\n`);
      await writeFile(join(folder, 'users'), lines.join(''));
      await writeFile(join(folder, 'rad.conf'), configuration(folder, port));
      return ['--config', join(folder, 'rad.conf')];
    },
  });
}

function configuration(folder: string, port: number): string {
  return `[server]
hosts = 127.0.0.1:${port}
max_connections = 100
[auth]
type = htpasswd
htpasswd_filename = ${folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = ${folder}/rad
[web]
type = none
[logging]
level = error
`;
}
