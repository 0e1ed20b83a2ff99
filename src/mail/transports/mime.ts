/** A mail as nodemailer wants it: mixed > alternative(plain, html, calendar) + invite.ics (mail sheet, section 5.1). */
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Instant } from '../../model/ids.ts';
import type { Mail } from '../../model/message.ts';

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/** The whole message as it goes over the wire. */
export async function composeMime(mail: Mail, now: Instant): Promise<Buffer> {
  const { message } = await composer.sendMail(mimeOf(mail, now));
  if (message instanceof Buffer) return message;
  throw new TypeError('the composer was asked for a buffer and gave a stream');
}

export function mimeOf(mail: Mail, now: Instant): SendMailOptions {
  const { from, to, subject, text, html, messageId, references, calendar } = mail;
  const [first] = references;
  return {
    from,
    to,
    subject,
    text,
    html,
    messageId,
    date: new Date(now),
    ...(first === undefined ? {} : { inReplyTo: first, references: [...references] }),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' },
    ...(calendar === null ? {} : calendarParts(calendar)),
    // Titles and notes are people's text: they must never make nodemailer read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * `icalEvent` is not used: its default method is PUBLISH, and its headers leak a disposition into the alternative.
 * Base64 keeps gateways from touching the folded lines.
 */
function calendarParts({ method, ics }: NonNullable<Mail['calendar']>): SendMailOptions {
  const contentTransferEncoding = 'base64';
  const contentType = `text/calendar; charset=utf-8; method=${method}`;
  return {
    alternatives: [{ contentType, content: ics, contentTransferEncoding }],
    attachments: [{ contentType: 'application/ics', filename: 'invite.ics', content: ics, contentTransferEncoding }],
  };
}
