/** Buttons on the first page (the demo's). Each is a plain form; what came of it is shown after the redirect. */
import type { FastifyInstance } from 'fastify';
import { type Html, html } from './html.ts';
import type { PageAction } from './options.ts';
import { address } from './paging.ts';
import { HttpError } from './problem.ts';

/** What each action last said. Kept here and not in the address, where anyone could write it. */
export type Said = Map<PageAction['id'], string>;

/** POST /actions/:id; that it comes from our own pages is the scope's to see to. */
export function addActions(app: FastifyInstance, actions: readonly PageAction[], said: Said): void {
  app.post<{ Params: { id: string } }>('/actions/:id', async (request, reply) => {
    const action = actions.find(({ id }) => id === request.params.id);
    if (!action) throw new HttpError('not-found', 'There is no such action.');
    said.set(action.id, await action.run());
    return reply.redirect(`${address('/', { did: action.id })}#did`, 303);
  });
}

export function actionsPart(actions: readonly PageAction[], did: string | null, said: Said): Html | null {
  if (actions.length === 0) return null;
  const outcome = did === null ? undefined : said.get(did);
  const buttons = actions.map(
    ({ id, label, hint }) =>
      html`<li><form method="post" action="/actions/${encodeURIComponent(id)}"><button>${label}</button></form> <span>${hint}</span></li>`,
  );
  return html`<section class="actions" aria-labelledby="actions"><h2 id="actions">Try it</h2>
${outcome === undefined ? null : html`<p id="did" class="outcome" role="status">${outcome}</p>`}<ul>${buttons}</ul></section>`;
}
