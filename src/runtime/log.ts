/** One logger; constant messages, data as keys, to standard error. What could hold a secret or a person's text is cut. */
import { pino } from 'pino';
import type { Logger } from './runtime.ts';

const secret = ['password', 'secret', 'token', 'authorization', 'cookie', 'refreshToken', 'clientSecret', 'secretsKey'];
const personal = ['title', 'notes', 'place', 'email', 'phone', 'to', 'native', 'body'];

/** @param level pino's level name; `silent` turns it off. */
export function createLog(level: string): Logger {
  return pino(
    { level, redact: { paths: [...secret, ...personal].flatMap(key => [key, `*.${key}`]), censor: '[cut]' } },
    pino.destination({ fd: 2, sync: true }),
  );
}
