/** `callboard conflicts list | resolve`: edits that met, and what is done about them. */
import { stampWords, whenWords } from '../mail/words.ts';
import type { Met } from '../model/copy.ts';
import type { Finding } from '../model/finding.ts';
import { brandId, type FindingId } from '../model/ids.ts';
import type { When, ZoneName } from '../model/when.ts';
import { parseChoice, ResolveError, resolveFinding } from '../sync/resolve.ts';
import { type Command, productionOf } from './context.ts';
import { UsageError } from './terminal.ts';

export function listConflicts(options: Readonly<{ all?: boolean; production?: string }>): Command {
  return async ({ terminal, app }) => {
    await using callboard = await app();
    const { id, timezone } = productionOf(callboard.config, options.production);
    const findings = await callboard.store.read(r => r.findings.list(id, options.all ? undefined : 'open'));
    terminal.result(findings, () =>
      findings.length === 0 ? 'nothing is open' : findings.map(one => card(one, timezone)).join('\n\n'),
    );
    return 0;
  };
}

export function resolveConflict(id: string, options: Readonly<{ take: string; by: string }>): Command {
  return async ({ terminal, app, runtime }) => {
    const choice = choiceOf(options.take);
    await using callboard = await app();
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
function card(finding: Finding, zone: ZoneName): string {
  const { id, kind, state, title, met, suggestions, decided } = finding;
  return [
    `${id}  [${kind}, ${state}]  ${title}`,
    ...met.map(one => metLine(one, zone)),
    ...suggestions.map((text, index) => `  suggestion:${index + 1}  ${text}`),
    ...(decided ? [`  decided: ${decided.choice} by ${decided.by}, ${stampWords(decided.at, zone)}`] : []),
    ...(state === 'open' ? [`  decide: callboard conflicts resolve ${id} --take CHOICE --by NAME`] : []),
  ].join('\n');
}

function metLine({ field, occurrence, base, ours, theirs }: Met, zone: ZoneName): string {
  const name = occurrence === null ? field : `${field} ${occurrence.replace('T', ' ')}`;
  return `  ${name}: was ${words(base, zone)}; ours ${words(ours, zone)}; theirs ${words(theirs, zone)}`;
}

/** A value of a face, or of one occurrence of a series. */
function words(value: unknown, zone: ZoneName): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (isWhen(value)) return whenWords(value, zone);
  if (typeof value === 'string') return `“${value}”`;
  if (typeof value !== 'object') return String(value);
  const parts = Object.values(value).filter(part => part !== null && part !== '');
  return parts.map(part => words(part, zone)).join(', ') || 'nothing';
}

function isWhen(value: unknown): value is When {
  return typeof value === 'object' && value !== null && 'kind' in value && 'start' in value && 'end' in value;
}
