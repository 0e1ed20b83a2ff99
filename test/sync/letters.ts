/** The outbox of a test office: what goes out is handed to a letter box in memory. */
import { type MailSettings, planMail } from '../../src/mail/outbox.ts';
import { sendDue } from '../../src/mail/send.ts';
import type { MailTransport } from '../../src/mail/transports/transport.ts';
import type { Mail } from '../../src/model/message.ts';
import { type Office, tide } from './office.ts';

const settings: MailSettings = {
  office: { name: 'TIDE Office', address: 'schedule@tide.test', contact: '' },
  quietPeriodMs: 10 * 60_000,
  quietHours: null,
  reviewOver: 40,
};

/** Plans the office's mail, sends everything, and gives what arrived. */
export async function lettersOf(office: Office): Promise<Mail[]> {
  const arrived: Mail[] = [];
  const transport: MailTransport = {
    parallel: 1,
    perMinute: null,
    send: async mail => void arrived.push(mail),
    check: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const { store } = office;
  const { runtime } = office.parts;
  await planMail(store, runtime, tide, settings);
  await sendDue({ store, transport, runtime, settings }, { ignoreQuiet: true });
  return arrived;
}
