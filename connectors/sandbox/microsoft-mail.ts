/** A mailbox's Sent Items, as far as a sender of mail needs them. Section 15 of reference/microsoft-graph-calendar.md. */
import { GraphRefusal } from './microsoft-event.ts';
import type { GraphAnswer, GraphAsk } from './microsoft-events.ts';
import type { MicrosoftWorld } from './microsoft-world.ts';

/** MIME in base64, or a JSON message; both are taken in and kept. */
export function sendMail(world: MicrosoftWorld, { headers, body }: GraphAsk, user: string): GraphAnswer {
  if (!(headers['content-type'] ?? '').startsWith('text/plain')) {
    world.sent.push({ user, mime: JSON.stringify(body) });
    return { status: 202 };
  }
  const text = typeof body === 'string' ? body.replace(/\s/g, '') : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new GraphRefusal(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.');
  }
  world.sent.push({ user, mime: Buffer.from(text, 'base64').toString('utf8') });
  return { status: 202 };
}

/** `/mailFolders/sentitems` and the messages in it, found by their Message-ID. */
export function sentItems(
  world: MicrosoftWorld,
  { query }: GraphAsk,
  owner: string,
  path: readonly string[],
): GraphAnswer {
  const [folder, part] = path;
  if (folder !== 'sentitems') throw new GraphRefusal(404, 'ErrorItemNotFound', 'The specified folder was not found.');
  if (part === undefined) return { status: 200, body: { id: `AAMkSent-${owner}`, displayName: 'Sent Items' } };
  if (part !== 'messages') throw new GraphRefusal(404, 'ResourceNotFound', 'Resource not found for the segment.');
  const filter = query.get('$filter');
  const wanted = /^internetMessageId eq '(.*)'$/.exec(filter ?? '')?.[1]?.replaceAll("''", "'");
  if (filter !== null && wanted === undefined) {
    throw new GraphRefusal(400, 'ErrorInvalidUrlQueryFilter', 'The query filter contains an invalid property.');
  }
  const value = world.sent.flatMap(({ user, mime }, at) => {
    const internetMessageId = /^Message-ID:\s*(\S+)/im.exec(mime)?.[1];
    const isFound = user === owner && (wanted === undefined || internetMessageId === wanted);
    return isFound ? [{ id: `AAMkMail${at}=`, internetMessageId }] : [];
  });
  return { status: 200, body: { value } };
}
