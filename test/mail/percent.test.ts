import { expect, it } from 'vitest';
import { openSmtpTransport } from '../../src/mail/transports/smtp.ts';

it('a password with a bare % is refused in words that do not repeat it', () => {
  const open = (password: string) =>
    openSmtpTransport(new URL(`smtp://office:${password}@mail.test`), { now: () => 0 });
  const message = 'in mail.transport a % of user, password or folder is written %25';
  expect(() => open('100%sure')).toThrow(expect.objectContaining({ name: 'MailError', kind: 'setup', message }));
  expect(() => open('100%25sure')).not.toThrow();
});
