import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf, blockWith, bodyHtml, canonNotes, readBlock, textOf } from '../../../connectors/microsoft/body.ts';
import { storedHtml } from '../../../connectors/sandbox/microsoft-html.ts';
import { notesLine } from '../../../src/model/face.ts';

const kept = (block: string, before: string | null = null) => storedHtml('html', bodyHtml(block, before));

describe('our block of the notes', () => {
  it('comes back from a mailbox as canon says, whatever is in it', () => {
    const sign = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('a', 'é', ' ', '  ', '\n', '\n\n', '\t', '&', '<', '>', '"', "'", '&nbsp;'),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('<br>', '</div>', '\u00a0', '&#65;', '</body>', '<!--', '👩‍🚀', '\r\n', '\u2028'),
      },
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 30 }), signs => {
        const notes = signs.join('');
        expect(blockOf(kept(canonNotes(notes)))).toBe(canonNotes(notes));
        expect(canonNotes(canonNotes(notes))).toBe(canonNotes(notes));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same after Outlook on the desktop has made paragraphs of it', () => {
    const word = `<html xmlns:o="urn:x"><head><style><!-- p.MsoNormal {margin:0} --></style></head><body lang="EN-GB">
      <div class="WordSection1"><p class="MsoNormal">Minibus leaves
        base <b>07:15</b>.<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>
      <p class="MsoNormal">&nbsp;&nbsp;Waterproofs &amp; boots</p>
      <p class="MsoNormal"><span>${notesLine.replaceAll(' ', '\r\n')}</span></p><p class="MsoNormal">mine</p></div></body></html>`;
    expect(blockOf(word)).toBe('Minibus leaves base 07:15.\n\n  Waterproofs & boots');
  });

  it('is found behind letters whose length changes with their case, a comment and a style', () => {
    const head = '<HEAD><title>İİİİ</title><STYLE>İ { }</STYLE></HEAD><!-- İ > -->';
    expect(blockOf(`<html>${head}<body><p>İzmir</p><script>x < y</script><p>Bridge</p></body></html>`)).toBe(
      'İzmir\nBridge',
    );
  });

  it('of a hostile invitation is read in time', () => {
    const many = (text: string) => text.repeat(200_000);
    for (const text of ['<style', '<!--', '<style>', '&nbsp;', '<', '<div>', ' ', '<body', '<br>x&']) {
      expect(typeof blockOf(`${many(text)}x`)).toBe('string');
    }
  });

  it('holds the address, and gives it back only where we wrote one', () => {
    const url = 'https://callboard.example/e/E026?day=3&unit=main#stop,2';
    const block = blockOf(kept(blockWith('Bring boots', url)));
    expect(readBlock(block, true)).toEqual({ notes: 'Bring boots', url });
    expect(readBlock(block, false)).toEqual({ notes: `Bring boots\n\nLink: ${url}`, url: null });
    expect(readBlock(blockOf(kept(blockWith('', url))), true)).toEqual({ notes: '', url });
    expect(readBlock(blockOf(kept(blockWith('Link: https://a.example/', null))), false).url).toBeNull();
  });
});

describe('the part of a person', () => {
  it('is kept as HTML when our block changes, again and again', () => {
    const first = kept('Call 07:00');
    const own =
      '<p class="MsoNormal">bring the <b>old</b> map <a href="https://maps.example/?a=1&amp;b=2">here</a></p>';
    let html = first.replace('</body>', `${own}</body>`);
    for (const call of ['Call 06:30', 'Call 06:00\n\nBoots', '']) {
      html = kept(call, html);
      expect(html).toContain(own);
      expect(blockOf(html)).toBe(call);
      expect(textOf(html).match(/bring the old map/g)).toHaveLength(1);
      expect(textOf(html).split(notesLine)).toHaveLength(2);
    }
  });

  it('stays in the elements that were open around the line', () => {
    const html = `<html><body><div class="a"><p>ours</p><ul><li>x<br></li></ul><p><i>${notesLine}</i></p><p>mine</p></div></body></html>`;
    const after = bodyHtml('new', html);
    expect(after).toContain(`<div class="a"><p><i>${notesLine}</i></p><p>mine</p></div>`);
    expect(after.match(/<div/g)?.length).toBe(after.match(/<\/div>/g)?.length);
  });

  it('begins anew where a person has deleted the line', () => {
    const html = '<html><body><p>only mine</p></body></html>';
    expect(blockOf(html)).toBe('only mine');
    expect(textOf(bodyHtml('ours', html))).toBe(`ours\n\n${notesLine}`);
  });
});
