/** What comes to our webhook from Google: headers without a body. Pure. reference/google-calendar.md section 15.2. */
import type { Notice, NoticeReading, NoticeRequest } from '../../src/sync/connector.ts';

/** Every change, deletions too, is said to be one thing: `exists`. */
export function readNotices({ headers }: NoticeRequest): NoticeReading {
  const subscription = headers['x-goog-channel-id'];
  const state = headers['x-goog-resource-state'];
  if (subscription === undefined || state === undefined) return { status: 400, text: 'not a notice', notices: [] };
  const what: Notice['what'] = state === 'sync' ? 'hello' : 'changed';
  return { status: 200, text: '', notices: [{ subscription, token: headers['x-goog-channel-token'] ?? null, what }] };
}
