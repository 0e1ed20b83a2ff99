/** A Postfix of our own that hands everything to a Dovecot; no mail can leave the machine. Mail sheet section 15.4. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { findProgram } from './peer.ts';

export type Postfix = Readonly<{ port: number; stop(): Promise<void> }>;

/** Waits until something listens on a port of the loopback; fails with the end of a log when the process is gone. */
export async function isListening(port: number, isAlive: () => boolean, log: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    if (!isAlive() || tries > 200) {
      const text = await readFile(log, 'utf8').catch(() => 'no log');
      throw new Error(`the server did not start: ${text.slice(-2000)}`);
    }
    await wait(50);
  }
}

/** @param mailboxes Addresses at `ex.test` that are delivered; others are refused at RCPT with 550. */
export async function startPostfix(mailboxes: readonly string[], lmtpPort: number): Promise<Postfix> {
  const program = findProgram('postfix');
  if (program === null) throw new Error('postfix is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'cb-postfix-'));
  await chmod(folder, 0o755);
  const [conf, queue, data] = ['conf', 'queue', 'data'].map(name => join(folder, name)) as [string, string, string];
  for (const one of [conf, queue, data]) await mkdir(one);
  await chown(data, Number(execFileSync('id', ['-u', 'postfix'])), 0);
  const port = await freePort();
  const log = join(folder, 'mail.log');
  await writeFile(join(conf, 'main.cf'), configuration(folder, mailboxes, lmtpPort));
  const services = await readFile('/usr/share/postfix/master.cf.dist', 'utf8');
  await writeFile(join(conf, 'master.cf'), servicesOn(port, services));
  const child = spawn(program, ['-c', conf, 'start-fg'], { stdio: 'ignore' });
  await isListening(port, () => child.exitCode === null, log);
  return {
    port,
    async stop() {
      const ended = once(child, 'exit');
      execFileSync(program, ['-c', conf, 'stop'], { stdio: 'ignore' });
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The distributed services: submission on our port, nothing in a chroot, no pipes to other programs. */
function servicesOn(port: number, distributed: string): string {
  const lines = distributed.split('\n').filter(line => line !== '' && !line.startsWith('#') && !line.startsWith(' '));
  return lines
    .map(line => line.split(/\s+/))
    .filter(fields => fields[7] !== 'pipe')
    .map(fields => [...fields.slice(0, 4), 'n', ...fields.slice(5)])
    .map(fields => (fields[0] === 'smtp' && fields[1] === 'inet' ? [`127.0.0.1:${port}`, ...fields.slice(1)] : fields))
    .map(fields => `${fields.join(' ')}\n`)
    .join('');
}

function configuration(folder: string, mailboxes: readonly string[], lmtpPort: number): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.ex.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = ex.test
virtual_mailbox_maps = inline:{ ${mailboxes.map(address => `${address}=x`).join(', ')} }
virtual_transport = lmtp:inet:127.0.0.1:${lmtpPort}
lmtp_host_lookup = native
default_transport = error:5.1.2 no route off this host
recipient_delimiter = +
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = ${folder}/mail.log
maillog_file_prefixes = ${tmpdir()}
`;
}
