/** `$batch`: up to 20 requests in one, each with its own fate, answered in any order. */
import { z } from 'zod';
import { GraphRefusal } from './microsoft-event.ts';
import type { GraphAnswer, GraphAsk } from './microsoft-events.ts';

const wire = z.object({
  requests: z
    .array(
      z.object({
        id: z.string(),
        method: z.enum(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']),
        url: z.string().startsWith('/'),
        headers: z.record(z.string(), z.string()).default({}),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).default([]),
      }),
    )
    .max(20),
});
type Part = z.infer<typeof wire>['requests'][number];
type Said = Readonly<{ id: string; status: number; headers: Readonly<Record<string, string>>; body?: unknown }>;

/**
 * @param width how many parts are under way at once
 * @param perform carries out one part. Throws GraphRefusal.
 */
export async function answerBatch(
  outer: GraphAsk,
  width: number,
  perform: (part: GraphAsk) => Promise<GraphAnswer>,
): Promise<GraphAnswer> {
  const read = wire.safeParse(outer.body);
  if (!read.success) throw new GraphRefusal(400, 'BadRequest', 'Invalid batch payload format.');
  const { requests } = read.data;
  if (new Set(requests.map(({ id }) => id.toLowerCase())).size < requests.length) {
    throw new GraphRefusal(400, 'BadRequest', 'Request ids are not unique.');
  }
  const said = new Map<string, Said>();
  const left = [...requests];
  const work = async (): Promise<void> => {
    for (let part = left.shift(); part !== undefined; part = left.shift()) said.set(part.id, await one(part));
  };
  const one = async (part: Part): Promise<Said> => {
    if (part.dependsOn.some(id => (said.get(id)?.status ?? 500) >= 400)) {
      return { id: part.id, status: 424, headers: {}, body: { error: { code: 'FailedDependency', message: '' } } };
    }
    const { status, headers = {}, body } = isTyped(part) ? await perform(askOf(outer, part)) : untyped;
    return { id: part.id, status, headers, ...(body === undefined ? {} : { body }) };
  };
  const serial = requests.some(({ dependsOn }) => dependsOn.length > 0);
  await Promise.all(Array.from({ length: serial ? 1 : width }, work));
  return { status: 200, body: { responses: shuffled([...said.values()]) } };
}

const error = { code: 'BadRequest', message: "The 'Content-Type' header is missing." };
const untyped: GraphAnswer = { status: 400, body: { error } };

function isTyped({ headers, body }: Part): boolean {
  return body === undefined || Object.keys(headers).some(name => name.toLowerCase() === 'content-type');
}

/** In an order that is none of theirs, but the same each time. */
function shuffled(answers: readonly Said[]): readonly Said[] {
  const place = (at: number) => ((19 - at) * 7) % 20;
  return answers
    .map((answer, at) => ({ answer, place: place(at) }))
    .sort((a, b) => a.place - b.place)
    .map(({ answer }) => answer);
}

function askOf(outer: GraphAsk, { method, url, headers, body }: Part): GraphAsk {
  const address = new URL(url, 'http://sandbox');
  return {
    method,
    path: address.pathname.split('/').filter(Boolean).map(decodeURIComponent),
    query: address.searchParams,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body,
    signedIn: outer.signedIn,
  };
}
