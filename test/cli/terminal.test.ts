import { describe, expect, it } from 'vitest';
import { counted, openTerminal, table } from '../../src/cli/terminal.ts';

function written(json: boolean, data: unknown, text: string): string {
  const said: string[] = [];
  const out = { write: (part: string) => said.push(part) > 0 };
  openTerminal({ out, err: { ...out, isTTY: false } }, json).result(data, () => text);
  return said.join('');
}

describe('a result', () => {
  it('is text, or with --json one document; either ends with one line break', () => {
    expect(written(false, { a: 1 }, 'one')).toBe('one\n');
    expect(written(false, {}, 'two\n')).toBe('two\n');
    expect(JSON.parse(written(true, { a: 1 }, 'one'))).toEqual({ a: 1 });
  });

  it('cannot steer the terminal: a title came from somebody’s calendar', () => {
    expect(written(false, null, 'a\u001b]0;x\u0007b\tc\r\nd\u009b2J')).toBe('a]0;xb\tc\nd2J\n');
    expect(JSON.parse(written(true, 'a\u001bb', ''))).toBe('a\u001bb');
  });
});

it('a table is lined up by its widest cells, one line a row, nothing behind the last', () => {
  const rows = [
    ['C02-caldav', 'Zoë', ''],
    ['C6', 'Two\nlines', 'the calendar is not there'],
  ];
  expect(table(['calendar', 'person', 'problem'], rows).split('\n')).toEqual([
    'calendar    person     problem',
    'C02-caldav  Zoë',
    'C6          Two lines  the calendar is not there',
  ]);
});

it('counts in words', () => {
  expect([counted(1, 'edit'), counted(0, 'edit'), counted(2, 'person', 'people')]).toEqual([
    '1 edit',
    '0 edits',
    '2 people',
  ]);
});
