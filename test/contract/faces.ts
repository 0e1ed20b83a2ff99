/** Events as the contract suite writes them: by their times, and by their texts. */
import type { Fields } from '../../src/model/face.ts';
import { brandId } from '../../src/model/ids.ts';
import type { Busy, OccurrenceFace } from '../../src/model/series.ts';
import type { AllDay, Timed } from '../../src/model/when.ts';

export const timed = (start: string, end: string, zone = 'Europe/London'): Timed => ({
  kind: 'timed',
  start: brandId(start),
  end: brandId(end),
  zone: brandId(zone),
});

const allDay = (start: string, end: string): AllDay => ({
  kind: 'all-day',
  start: brandId(start),
  end: brandId(end),
  zone: brandId('Europe/London'),
});

const occurrence = (when: OccurrenceFace['when'], title: string, busy: Busy = 'busy'): OccurrenceFace => ({
  when,
  title,
  place: 'Stage 2',
  notes: 'Moved once.',
  busy,
});

export const calendarTimes: Readonly<Record<string, Fields>> = {
  'a meeting': { when: timed('2027-03-16T08:00:00', '2027-03-16T10:30:00') },
  'a night shoot': { when: timed('2027-03-16T17:00:00', '2027-03-17T04:30:00') },
  'S41 whole days stay those days': { when: allDay('2027-03-14', '2027-03-15') },
  'a hold over ten days': { when: allDay('2027-03-01', '2027-03-11'), busy: 'tentative' },
  'another zone': { when: timed('2027-03-16T08:00:00', '2027-03-16T18:00:00', 'America/Los_Angeles') },
  'a zone that was renamed': { when: timed('2027-06-16T08:00:00', '2027-06-16T18:00:00', 'Europe/Kyiv') },
  'the night on which clocks go forward': { when: timed('2027-03-27T22:00:00', '2027-03-28T06:00:00') },
  'the night on which clocks go back': { when: timed('2027-10-30T22:00:00', '2027-10-31T06:00:00') },
  'the hour that comes twice': { when: timed('2027-10-31T01:30:00', '2027-10-31T03:00:00') },
  'S43 a weekly meeting across the last Sunday of March': {
    when: timed('2027-03-15T09:00:00', '2027-03-15T10:00:00'),
    series: { rrule: 'FREQ=WEEKLY;COUNT=6', exdates: [], overrides: [] },
  },
  'a series with a date left out and one moved': {
    when: timed('2027-03-15T09:00:00', '2027-03-15T10:00:00'),
    series: {
      rrule: 'FREQ=WEEKLY;COUNT=6',
      exdates: [brandId('2027-04-05T09:00:00')],
      overrides: [
        {
          occurrence: brandId('2027-03-22T09:00:00'),
          face: occurrence(timed('2027-03-23T14:00:00', '2027-03-23T15:00:00'), 'Production meeting (Tuesday)'),
        },
      ],
    },
  },
  'a series of whole days': {
    when: allDay('2027-03-15', '2027-03-16'),
    series: { rrule: 'FREQ=WEEKLY;COUNT=3', exdates: [brandId('2027-03-22')], overrides: [] },
  },
  'time that stays free': { busy: 'free' },
  'a pencil': { busy: 'tentative' },
};

export const calendarTexts: Readonly<Record<string, Fields>> = {
  'accents, signs and a line of each sort': {
    title: 'Café “Zoë” — 撮影; Łódź, 50% \\ back\\slash & <b>',
    place: 'Straße 5; Flat 2, 9:30 gate, "Old" Mill',
    notes: 'One\n\n  indented\nWith: colon; semicolon, comma\nBEGIN:VEVENT\nEND:VCALENDAR',
  },
  'a backslash before an n': { notes: 'C:\\new\\notes' },
  'a flag, a family and a right-to-left name': { title: '🏴󠁧󠁢󠁳󠁣󠁴󠁿 👨‍👩‍👧‍👦 رنا', notes: 'עברית' },
  'long notes': { notes: Array.from({ length: 400 }, (_, line) => `Line ${line}: müde Füße im Größenwahn`).join('\n') },
  'a long title': { title: 'Ünit '.repeat(60).trim() },
  'nothing but a title': { place: '', notes: '', url: null },
  'control characters': { title: 'Bell\u0007 and tab\there', notes: 'CR\rLF\r\nNUL\u0000end' },
  'XML in the text': { notes: ']]> <![CDATA[ &amp; &lt; <!DOCTYPE x>' },
  'an address with a query': { url: 'https://callboard.example/e/E026?day=3&unit=main#stop,2' },
};
