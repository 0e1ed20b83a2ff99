/** A Dovecot of our own (IMAP and LMTP) with mailboxes as maildirs in a temp folder. Mail sheet section 15.3. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { findProgram } from './peer.ts';
import { isListening } from './postfix.ts';

/** The `mail` user and group of Debian; Dovecot refuses to deliver as root. */
const mailId = 8;

export type Dovecot = Readonly<{
  lmtpPort: number;
  imapPort: number;
  /** The raw messages of a mailbox, once there are `count` of them, oldest first. */
  messages(address: string, count: number): Promise<readonly string[]>;
  /** Names of all messages of a mailbox that bear a flag (read, answered, deleted). */
  flagged(address: string): Promise<readonly string[]>;
  /** Another UIDVALIDITY, as after a mailbox was rebuilt. */
  renumber(address: string): Promise<void>;
  stop(): Promise<void>;
}>;

/** @param users `address:password` of each mailbox. */
export async function startDovecot(users: readonly string[]): Promise<Dovecot> {
  const program = findProgram('dovecot');
  if (program === null) throw new Error('dovecot is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'cb-dovecot-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'mail'));
  await chown(join(folder, 'mail'), mailId, mailId);
  const [lmtpPort, imapPort] = [await freePort(), await freePort()];
  await writeFile(
    join(folder, 'users'),
    users
      .map(user => user.replace(':', ':{PLAIN}'))
      .map(line => `${line}::::::\n`)
      .join(''),
  );
  await writeFile(join(folder, 'dovecot.conf'), configuration(folder, lmtpPort, imapPort));
  const child = spawn(program, ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
  await isListening(lmtpPort, () => child.exitCode === null, join(folder, 'dovecot.log'));
  return {
    lmtpPort,
    imapPort,
    async messages(address, count) {
      const box = join(folder, 'mail', address, 'new');
      for (let tries = 0; tries < 200; tries += 1) {
        const names = await readdir(box).catch(() => []);
        if (names.length >= count) {
          return Promise.all(names.sort().map(name => readFile(join(box, name), 'utf8')));
        }
        await wait(50);
      }
      throw new Error(`fewer than ${count} messages arrived`);
    },
    async flagged(address) {
      const names = await Promise.all(['new', 'cur'].map(box => readdir(join(folder, 'mail', address, box))));
      return names.flat().filter(name => /:2,./.test(name));
    },
    async renumber(address) {
      const box = join(folder, 'mail', address);
      const list = join(box, 'dovecot-uidlist');
      const [head = '', ...rest] = (await readFile(list, 'utf8')).split('\n');
      await writeFile(list, [head.replace(/V(\d+)/, (_, now) => `V${Number(now) + 7}`), ...rest].join('\n'));
      for (const name of await readdir(box)) if (name.startsWith('dovecot.index')) await rm(join(box, name));
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, lmtpPort: number, imapPort: number): string {
  return `protocols = imap lmtp
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 8
mail_location = maildir:${folder}/mail/%u
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${folder}/mail/%u allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${lmtpPort}
  }
}
namespace inbox {
  inbox = yes
}
`;
}
