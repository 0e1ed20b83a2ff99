import fc from 'fast-check';
import { expect, it } from 'vitest';
import { html } from '../../src/http/html.ts';

it('what is put into a page stays text, in an element and in an attribute', () => {
  const hostile = `"><script>alert('1')</script>&amp;`;
  expect(html`<a title="${hostile}">${hostile}</a>`.toString()).toBe(
    '<a title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;">&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;</a>',
  );
});

it('no text whatever brings a sign that could open or close a tag or an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const inside = html`<p>${text}</p>`.toString().slice(3, -4);
      expect(inside).not.toMatch(/[<>"']/);
      const back = inside.replace(/&lt;|&gt;|&quot;|&#39;|&amp;/g, sign => plain[sign] ?? sign);
      expect(back).toBe(text);
    }),
  );
});
const plain: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

it('templates within templates are not escaped again, lists follow one another, null is nothing', () => {
  const items = ['a<b', 2].map(item => html`<li>${item}</li>`);
  expect(html`<ul>${items}${null}</ul>`.toString()).toBe('<ul><li>a&lt;b</li><li>2</li></ul>');
});

it('an object that only looks like a template is not taken for one', () => {
  const forged = JSON.parse('{"text":"<script>"}');
  expect(() => html`<p>${forged}</p>`.toString()).toThrow();
});
