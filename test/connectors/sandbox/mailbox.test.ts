/** The mailbox that the demo and the simulation send to. */
import { expect, it } from 'vitest';
import { openMailbox } from '../../../connectors/sandbox/mailbox.ts';
import { MailError } from '../../../src/mail/mail-error.ts';
import type { MailTransport } from '../../../src/mail/transports/transport.ts';
import type { Mail } from '../../../src/model/message.ts';

const mailTo = (to: string): Mail => ({
  from: 'Office <office@tide.test>',
  to,
  subject: 'Recce',
  text: 'At nine.',
  html: '',
  messageId: '<1@tide.test>',
  references: [],
  calendar: null,
});

it('a mailbox keeps each reader’s mail, refuses on request, and can lose its answer after taking a mail in', async () => {
  const mailbox = openMailbox(fault => new MailError(fault, 'asked for'));
  const transport: MailTransport = mailbox;
  await transport.send(mailTo('"Idris Calloway" <Idris@tide.test>'));
  mailbox.fail('refused');
  mailbox.fail('unknown');
  await expect(transport.send(mailTo('marisol@tide.test'))).rejects.toMatchObject({ kind: 'refused' });
  await expect(transport.send(mailTo('marisol@tide.test'))).rejects.toMatchObject({ kind: 'unknown' });
  await transport.send(mailTo('idris@tide.test'));
  expect(mailbox.of('idris@tide.test').map(one => one.number)).toEqual([1, 3]);
  expect(mailbox.of('marisol@tide.test')).toHaveLength(1);
  expect(mailbox.all()).toHaveLength(3);
});
