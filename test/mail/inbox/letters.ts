/** Answers as the programs of guests send them, written from the mail sheet (sections 4 and 6). */

export type Answered = Readonly<{
  uid: string;
  /** Whose answer it says it is; by default also who sends it. */
  attendee: string;
  from?: string;
  partstat?: string;
  sequence?: number | null;
  stamp?: string;
  comment?: string;
}>;

const lines = (...text: readonly (string | false | undefined)[]) =>
  text.filter(line => line !== false && line !== undefined).join('\r\n');

/** RFC 5546 to the letter. */
export function plainReply({ uid, attendee, partstat = 'ACCEPTED', sequence = 0, ...rest }: Answered): string {
  const { stamp = '20270301T100000Z', comment } = rest;
  return lines(
    'BEGIN:VCALENDAR',
    'PRODID:-//Example//Client//EN',
    'VERSION:2.0',
    'METHOD:REPLY',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${stamp}`,
    sequence !== null && `SEQUENCE:${sequence}`,
    'ORGANIZER:mailto:schedule@tidewrack.test',
    `ATTENDEE;PARTSTAT=${partstat}:mailto:${attendee}`,
    comment !== undefined && `COMMENT:${comment}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  );
}

/** Google repeats the whole event, and says the guest's name and answer in parameters that fold. */
export function googleReply({
  uid,
  attendee,
  partstat = 'ACCEPTED',
  sequence = 0,
  stamp = '20270301T100000Z',
}: Answered) {
  return lines(
    'BEGIN:VCALENDAR',
    'PRODID:-//Google Inc//Google Calendar 70.9054//EN',
    'VERSION:2.0',
    'CALSCALE:GREGORIAN',
    'METHOD:REPLY',
    'BEGIN:VEVENT',
    'DTSTART:20270316T140000Z',
    'DTEND:20270316T150000Z',
    `DTSTAMP:${stamp}`,
    'ORGANIZER;CN=TIDEWRACK Office:mailto:schedule@tidewrack.test',
    `UID:${uid}`,
    `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${partstat};CN=`,
    ` ${attendee};X-NUM-GUESTS=0:mailto:${attendee}`,
    'X-GOOGLE-CONFERENCE:https://meet.example/x',
    'CREATED:20270226T100000Z',
    'DESCRIPTION:What the office wrote\\, as it was sent.',
    'LAST-MODIFIED:20270301T100000Z',
    'LOCATION:V01 Road',
    `SEQUENCE:${sequence ?? 0}`,
    'STATUS:CONFIRMED',
    'SUMMARY:Script conference',
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  );
}

/** Exchange leaves ORGANIZER out, has zones of its own names, and may say SEQUENCE by its own property alone. */
export function exchangeReply({ uid, attendee, partstat = 'DECLINED', sequence = 0, ...rest }: Answered): string {
  const { stamp = '20270301T100000Z', comment } = rest;
  return lines(
    'BEGIN:VCALENDAR',
    'METHOD:REPLY',
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    ...windowsZone,
    'BEGIN:VEVENT',
    `ATTENDEE;PARTSTAT=${partstat};CN=Guest:MAILTO:${attendee}`,
    comment !== undefined && `COMMENT;LANGUAGE=en-GB:${comment}`,
    `UID:${uid}`,
    'SUMMARY;LANGUAGE=en-GB:Declined: Script conference',
    'DTSTART;TZID=GMT Standard Time:20270316T140000',
    'DTEND;TZID=GMT Standard Time:20270316T150000',
    'CLASS:PUBLIC',
    'PRIORITY:5',
    `DTSTAMP:${stamp}`,
    'TRANSP:OPAQUE',
    'STATUS:CONFIRMED',
    `X-MICROSOFT-CDO-APPT-SEQUENCE:${sequence ?? 0}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  );
}

/** Outlook's “propose new time”. */
export function outlookCounter({ uid, attendee, partstat = 'TENTATIVE', sequence = 0, ...rest }: Answered): string {
  const { stamp = '20270301T100000Z', comment } = rest;
  return lines(
    'BEGIN:VCALENDAR',
    'METHOD:COUNTER',
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    ...windowsZone,
    'BEGIN:VEVENT',
    'ORGANIZER;CN=TIDEWRACK Office:mailto:schedule@tidewrack.test',
    `ATTENDEE;PARTSTAT=${partstat};CN=Guest:mailto:${attendee}`,
    comment !== undefined && `COMMENT;LANGUAGE=en-GB:${comment}`,
    `UID:${uid}`,
    'SUMMARY;LANGUAGE=en-GB:Another title that is not theirs to give',
    'DTSTART;TZID=GMT Standard Time:20270316T163000',
    'DTEND;TZID=GMT Standard Time:20270316T173000',
    `DTSTAMP:${stamp}`,
    `SEQUENCE:${sequence ?? 0}`,
    'X-MS-OLK-ORIGINALSTART;TZID=GMT Standard Time:20270316T140000',
    'X-MS-OLK-ORIGINALEND;TZID=GMT Standard Time:20270316T150000',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  );
}

const windowsZone = [
  'BEGIN:VTIMEZONE',
  'TZID:GMT Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0000',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T010000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

/** A whole mail with a calendar part. @param more further header lines @param method of the MIME part; null: none said */
export function letter(
  from: string,
  ics: string,
  {
    more = [],
    method = /^METHOD:(.*)$/m.exec(ics)?.[1]?.trim() ?? null,
  }: Readonly<{ more?: readonly string[]; method?: string | null }> = {},
): string {
  return lines(
    ...more,
    `From: ${from}`,
    'To: TIDEWRACK Office <schedule@tidewrack.test>',
    'Subject: Accepted: Script conference',
    'Date: Mon, 01 Mar 2027 10:00:05 +0000',
    `Message-ID: <${Buffer.from(ics).length}.${ics.length}@guest.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="b1"',
    '',
    '--b1',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'I have accepted.',
    '--b1',
    `Content-Type: text/calendar; charset=utf-8${method === null ? '' : `; method=${method}`}`,
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(ics).toString('base64').replace(/.{76}/g, '$&\r\n'),
    '--b1--',
    '',
  );
}

/** One that answers in words alone. */
export function note(from: string, subject = 'Accepted: Script conference'): string {
  return lines(
    `From: ${from}`,
    'To: schedule@tidewrack.test',
    `Subject: ${subject}`,
    'Auto-Submitted: auto-replied',
    'Date: Mon, 01 Mar 2027 10:00:05 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'I am away until Monday.',
    '',
  );
}
