/** Mail by SMTP submission (RFC 6409). One retry layer, the outbox's: nodemailer's pool, which has its own, is not used. */
import { createTransport } from 'nodemailer';
import type { Mail } from '../../model/message.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { MailError, type MailErrorKind } from '../mail-error.ts';
import { fromPercent } from '../percent.ts';
import { mimeOf } from './mime.ts';
import type { MailTransport } from './transport.ts';

/** Below the time after which another process takes a message for abandoned (outbox.ts). */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };
/** Exchange Online: 30 a minute and 3 connections a mailbox (mail sheet, section 8). */
const exchangePerMinute = 25;
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * `smtps:` speaks TLS at once (465), `smtp:` by STARTTLS (587), which is required as soon as a password is to be sent
 * to another machine.
 */
export function openSmtpTransport(url: URL, runtime: Pick<Runtime, 'now'>): MailTransport {
  const secure = url.protocol === 'smtps:';
  const local = loopback.has(url.hostname);
  const user = fromPercent(url.username, 'mail.transport');
  const server = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    requireTLS: !secure && user !== '' && !local,
    ...(local ? { tls: { rejectUnauthorized: false } } : {}),
    ...(user === '' ? {} : { auth: { user, pass: fromPercent(url.password, 'mail.transport') } }),
    ...timeouts,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    parallel: 2,
    perMinute: /(^|\.)office365\.com$/.test(url.hostname) ? exchangePerMinute : null,
    async send(mail: Mail) {
      try {
        await server.sendMail(mimeOf(mail, runtime.now()));
      } catch (error) {
        throw mailErrorFrom(error);
      }
    },
    async check() {
      try {
        await server.verify();
      } catch (error) {
        throw mailErrorFrom(error);
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

type SmtpFault = Readonly<{
  code?: unknown;
  responseCode?: unknown;
  response?: unknown;
  syscall?: unknown;
  timeoutType?: unknown;
}>;

/** What nodemailer threw, in our kinds. Of the server's answer only its numbers are kept: the text may hold an address. */
function mailErrorFrom(error: unknown): MailError {
  const fault: SmtpFault = typeof error === 'object' && error !== null ? error : {};
  const kind = kindOf(fault);
  const answer = numbersOf(fault);
  return new MailError(kind, answer ? `${sentences[kind]} (${answer})` : sentences[kind], { cause: error });
}

const sentences: Readonly<Record<MailErrorKind, string>> = {
  setup: 'the mail server cannot be used as configured',
  'sign-in': 'the mail server refuses the user name or password of mail.transport',
  unreachable: 'the mail server cannot be reached, or its TLS certificate is not good',
  temporary: 'the mail server asks to try again later',
  refused: 'the mail server refuses this message',
  unknown: 'the connection was lost before the mail server confirmed; it is sent again as the same message',
};

/** Faults before anything could have been handed over. */
const connectionCodes: ReadonlySet<unknown> = new Set(['EDNS', 'ETLS', 'EPROXY']);
const connectionTimeouts: ReadonlySet<unknown> = new Set(['CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'UPGRADE_TIMEOUT']);
/** RFC 4954: authentication is required, too weak, or needs encryption. */
const signInAnswers: ReadonlySet<unknown> = new Set([530, 534, 535, 538]);

function kindOf({ code, responseCode, syscall, timeoutType }: SmtpFault): MailErrorKind {
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2' || signInAnswers.has(responseCode)) {
    // 454: the server cannot say just now.
    return typeof responseCode === 'number' && responseCode < 500 ? 'unreachable' : 'sign-in';
  }
  if (typeof responseCode === 'number') {
    // 503: the session went wrong, not the message.
    return responseCode >= 500 && responseCode !== 503 ? 'refused' : 'temporary';
  }
  if (connectionCodes.has(code) || connectionTimeouts.has(timeoutType) || syscall === 'connect') return 'unreachable';
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return 'refused';
  // nodemailer does not tell how far a lost session had come: then the message may have arrived.
  return 'unknown';
}

function numbersOf({ responseCode, response }: SmtpFault): string {
  if (typeof responseCode !== 'number') return '';
  const enhanced = typeof response === 'string' ? /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined;
  return enhanced ? `${responseCode} ${enhanced}` : String(responseCode);
}
