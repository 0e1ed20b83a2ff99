import { describe, expect, test } from 'vitest';
import { parseBlocks } from '../../src/ical/block.ts';
import { resolveZone, vtimezone, zoneOffset } from '../../src/ical/zones.ts';
import { brandId } from '../../src/model/ids.ts';
import type { ZoneName } from '../../src/model/when.ts';
import { zoneNames } from './faces.ts';

/** An evaluator of VTIMEZONEs that shares nothing with the one under test: last onset of each yearly rule, by hand. */
function offsetsBy(text: string, instant: number): number {
  const parts = text.split(/BEGIN:(?:STANDARD|DAYLIGHT)/).slice(1);
  const offset = (name: string, part: string) => {
    const [, sign, hours, minutes] = new RegExp(`${name}:([+-])(\\d\\d)(\\d\\d)`).exec(part)!;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  };
  const onsets = parts.flatMap(part => {
    const [, year, month, day, hour, minute] = /DTSTART:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/.exec(part)!.map(Number);
    const rule = /RRULE:FREQ=YEARLY;BYMONTH=(\d+);(?:BYMONTHDAY=([\d,]+);)?BYDAY=(-?\d)?SU/.exec(part);
    const years = rule ? Array.from({ length: 80 }, (_, index) => 1970 + index) : [year!];
    return years.map(one => {
      const date = rule ? sunday(one, Number(rule[1]), rule[2], Number(rule[3])) : [month!, day!];
      const wall = Date.UTC(one, date[0]! - 1, date[1]!, hour, minute);
      return { at: wall - offset('TZOFFSETFROM', part), to: offset('TZOFFSETTO', part) };
    });
  });
  return onsets.sort((a, b) => a.at - b.at).findLast(({ at }) => at <= instant)!.to;
}

function sunday(year: number, month: number, days: string | undefined, nth: number): readonly [number, number] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const all = Array.from({ length }, (_, index) => index + 1);
  const sundays = all.filter(day => new Date(Date.UTC(year, month - 1, day)).getUTCDay() === 0);
  const found = days ? sundays.find(day => days.split(',').includes(String(day))) : sundays.at(nth > 0 ? nth - 1 : nth);
  return [month, found!];
}

describe('a written VTIMEZONE', () => {
  test.each(zoneNames)('of %s runs like the clocks there at every change of the next five years', zone => {
    const text = vtimezone(zone);
    expect(text).toContain(`TZID:${zone}\r\n`);
    const end = Date.UTC(2032, 0, 1);
    let change: Temporal.ZonedDateTime | null = Temporal.ZonedDateTime.from(`2026-11-22T00:00[${zone}]`);
    const probes = [Date.UTC(2026, 10, 22)];
    while (change && change.epochMilliseconds < end) {
      probes.push(change.epochMilliseconds - 1, change.epochMilliseconds);
      change = change.getTimeZoneTransition('next');
    }
    for (const instant of probes)
      expect([instant, offsetsBy(text, instant)]).toEqual([instant, zoneOffset(zone, instant)]);
  });
});

test('a written VTIMEZONE knows the last changes of clocks that stopped changing in 2026', () => {
  const vancouver = brandId<ZoneName>('America/Vancouver');
  for (const instant of [Date.UTC(2026, 0, 15), Date.UTC(2026, 5, 15), Date.UTC(2030, 0, 15)]) {
    expect(offsetsBy(vtimezone(vancouver), instant)).toBe(zoneOffset(vancouver, instant));
  }
});

describe('a zone name', () => {
  test.each([
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['europe/london', 'Europe/London'],
    ['"Europe/Paris"', 'Europe/Paris'],
    ['/mozilla.org/20050126_1/Europe/London', 'Europe/London'],
    ['/freeassociation.sourceforge.net/Tzfile/Europe/Berlin', 'Europe/Berlin'],
    ['tzone://Microsoft/Utc', 'UTC'],
    ['Romance Standard Time', 'Europe/Paris'],
    ['GMT Standard Time', 'Europe/London'],
    ['(UTC-05:00) Eastern Time (US & Canada)', 'America/New_York'],
  ])('%s means %s', (tzid, zone) => {
    expect(resolveZone(tzid, null)).toEqual({ zone, guessed: false });
  });

  test.each([
    'Middle Earth Standard Time',
    'Customized Time Zone',
    '',
    '+01:00',
    'tzone://Microsoft/Custom',
    'constructor',
  ])('%j means nothing by itself', tzid => expect(resolveZone(tzid, null)).toEqual({ unknown: tzid }));

  test.each(zoneNames)('that nobody knows is guessed from a definition that runs like %s', zone => {
    const [calendar] = parseBlocks(`BEGIN:VCALENDAR\r\n${vtimezone(zone)}END:VCALENDAR`).calendars;
    const found = resolveZone('Somewhere', { block: calendar!.blocks[0]!, year: 2028 });
    const guessed = brandId<ZoneName>('zone' in found ? found.zone : 'none');
    expect(found).toMatchObject({ guessed: true });
    for (let month = 0; month < 36; month += 1) {
      const instant = Date.UTC(2027, month, 20);
      expect(zoneOffset(guessed, instant)).toBe(zoneOffset(zone, instant));
    }
  });

  test('is unknown where its definition runs like no place on earth or cannot be evaluated', () => {
    for (const offset of ['+0123', 'x']) {
      const text = `BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:${offset}\nTZOFFSETTO:${offset}\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR`;
      const block = parseBlocks(text).calendars[0]!.blocks[0]!;
      expect(resolveZone('X', { block, year: 2027 })).toEqual({ unknown: 'X' });
    }
  });
});
