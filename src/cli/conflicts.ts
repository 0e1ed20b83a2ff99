/** `callboard conflicts list | resolve`: edits that met, and what is done about them. */

import type { Met } from '../model/copy.ts';
import type { Finding } from '../model/finding.ts';
import { brandId, type FindingId } from '../model/ids.ts';
import type { When } from '../model/when.ts';
import { parseChoice, ResolveError, resolveFinding } from '../sync/resolve.ts';
import { type Command, productionOf } from './context.ts';
import { UsageError } from './terminal.ts';

export function listConflicts(options: Readonly<{ all?: boolean; production?: string }>): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const { id } = productionOf(callboard.config, options.production);
    const findings = await callboard.store.read(r => r.findings.list(id, options.all ? undefined : 'open'));
    terminal.result(findings, () => (findings.length === 0 ? 'nothing is open' : findings.map(card).join('\n\n')));
    return 0;
  };
}

export function resolveConflict(id: string, options: Readonly<{ take: string; by: string }>): Command {
  return async ({ terminal, app, runtime }) => {
    await using callboard = await app();
    const choice = choiceOf(options.take);
    const finding = await resolveFinding(callboard.store, {
      id: brandId<FindingId>(id),
      choice,
      by: options.by,
      now: runtime.now(),
      held: callboard.config.publishing.held,
    });
    terminal.result(finding, () => `decided: ${finding.title} → ${choice} (by ${options.by})`);
    return 0;
  };
}

function choiceOf(text: string) {
  try {
    return parseChoice(text);
  } catch (error) {
    throw error instanceof ResolveError ? new UsageError(error.message) : error;
  }
}

/** One finding as a block of lines. */
function card(finding: Finding): string {
  const decided = finding.decided ? `  decided: ${finding.decided.choice} by ${finding.decided.by}` : null;
  const choices = finding.suggestions.map((text, index) => `  suggestion:${index + 1}  ${text}`);
  return [
    `${finding.id}  [${finding.kind}, ${finding.state}]  ${finding.title}`,
    ...finding.met.map(metLine),
    ...choices,
    decided,
  ]
    .filter(line => line !== null)
    .join('\n');
}

function metLine({ field, occurrence, base, ours, theirs }: Met): string {
  const name = occurrence === null ? field : `${field} ${occurrence}`;
  return `  ${name}: was ${words(base)}; ours ${words(ours)}; theirs ${words(theirs)}`;
}

function words(value: unknown): string {
  if (isWhen(value)) return `${value.start} to ${value.end} ${value.zone}`;
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}

function isWhen(value: unknown): value is When {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value && 'zone' in value;
}
