import { expect, it } from 'vitest';
import { openInbox } from '../../../src/mail/inbox/open.ts';

const runtime = { now: () => 0 };

it.each([
  ['graph:office@film.test', 'mail.inbox graph: needs connectors.microsoft'],
  ['pop3://office:sesame@mail.test', 'mail.inbox must be imaps://USER:PASSWORD@HOST/FOLDER or graph:MAILBOX'],
  ['imaps://office:100%sure@mail.test', 'in mail.inbox a % of user, password or folder is written %25'],
  ['imaps:', 'mail.inbox must be imaps://USER:PASSWORD@HOST/FOLDER or graph:MAILBOX'],
])('%s cannot be opened, and the reason does not repeat it', (address, message) => {
  expect(() => openInbox(address, runtime)).toThrow(
    expect.objectContaining({ name: 'MailError', kind: 'setup', message }),
  );
});

it('one mailbox keeps its name when its password changes, and each folder has its own', () => {
  const nameOf = (address: string) => openInbox(address, runtime).name;
  expect(nameOf('imaps://office:new@mail.test/INBOX')).toBe(nameOf('imaps://office:old@mail.test'));
  expect(nameOf('imaps://office:old@mail.test/Answers')).not.toBe(nameOf('imaps://office:old@mail.test'));
});
