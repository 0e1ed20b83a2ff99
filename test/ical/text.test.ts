import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProperty, rawLine, textLine } from '../../src/ical/property.ts';
import { canonUrl, cleanText, oneLine } from '../../src/ical/text.ts';
import { texts } from './faces.ts';

describe('text for a calendar', () => {
  test('has one kind of line end, no control characters and whole characters', () => {
    expect(cleanText('a\r\nb\rc\u2028d\te\u0000f\u0007g\ud83dh')).toBe('a\nb\nc\nd\tefg\ufffdh');
  });

  test('on one line is cut without splitting a character', () => {
    expect(oneLine('  Unit base\r\n\tcar park ')).toBe('Unit base car park');
    expect(oneLine(`${'a'.repeat(254)}😀`, 255)).toBe('a'.repeat(254));
    expect(oneLine(`${'a'.repeat(253)}😀`, 255)).toBe(`${'a'.repeat(253)}😀`);
  });

  test('is the same when it is cleaned again', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 300 }), (text, max) => {
        expect(cleanText(cleanText(text))).toBe(cleanText(text));
        const line = oneLine(text, max);
        expect(oneLine(line, max)).toBe(line);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line.isWellFormed()).toBe(true);
      }),
    );
  });

  test('cannot end its line', () => {
    fc.assert(
      fc.property(texts, text => {
        const line = textLine('SUMMARY', text);
        expect(line).not.toMatch(/[\r\n]/);
        expect(parseProperty(line)?.value).toBe(cleanText(text));
      }),
    );
    expect(() => rawLine('URL', 'https://x.test\r\nATTENDEE:mailto:evil@x.test')).toThrow(
      expect.objectContaining({ kind: 'bad-value' }),
    );
  });

  test('is a web address only with http or https', () => {
    expect(canonUrl('HTTPS://Fixture.test/a b')).toBe('https://fixture.test/a%20b');
    expect(canonUrl('javascript:alert(1)')).toBeNull();
    expect(canonUrl('call sheet')).toBeNull();
    expect(canonUrl(null)).toBeNull();
  });
});
