/** Descriptions between plain text and the HTML that Google's page makes of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText, readDescription, writeDescription } from '../../../connectors/google/text.ts';
import { cleanText } from '../../../src/ical/text.ts';
import { notesLine } from '../../../src/model/face.ts';
import { texts } from '../../ical/faces.ts';

const marked = fc
  .array(fc.constantFrom('<br>', '<b>', '</p>', '&amp;', '&lt;', '&amp;lt;', '&', '<', 'x', '\n', '<3', '&#60;', ' '), {
    maxLength: 20,
  })
  .map(parts => parts.join(''));

describe('a description', () => {
  it('reads as it was written, whatever stands in it and whatever the person has below', () => {
    fc.assert(
      fc.property(fc.oneof(texts, marked), fc.oneof(texts, marked), (ours, below) => {
        const own = cleanText(below).slice(0, 2000);
        fc.pre(!ours.includes(notesLine) && ours.length < 4000);
        const clean = cleanText(ours).trim();
        const written = writeDescription(clean, own);
        expect(readDescription(written)).toEqual({ ours: clean, own });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['Call 07:30<br>Boots &amp; coat', 'Call 07:30\nBoots & coat'],
    ['<p>Call 07:30</p><p>Boots</p>', 'Call 07:30\nBoots'],
    ['<html-blob>One<br>two</html-blob>', 'One\ntwo'],
    ['See <a href="https://maps.test/x">https://maps.test/x</a>', 'See https://maps.test/x'],
    ['<ul><li>One</li><li>Two</li></ul>', 'One\nTwo'],
    ['5 < 6 & 7 > 4', '5 < 6 & 7 > 4'],
    ['&nbsp;&nbsp;Gate B', 'Gate B'],
  ])('%j that somebody edited in Google’s page says %j', (html, text) => {
    expect(readDescription(html).ours).toBe(text);
  });

  it('without anything of ours is all of the person’s making', () => {
    expect(readDescription(null)).toEqual({ ours: '', own: '' });
  });

  it('is decoded once', () => {
    expect(plainText('&amp;lt;b&amp;gt;')).toBe('&lt;b&gt;');
  });
});
