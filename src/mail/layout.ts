/** A mail's content as blocks, written twice: as plain text and as HTML with the same data. Pure. */

export type Block =
  | Readonly<{ kind: 'lead'; text: string }>
  | Readonly<{ kind: 'changes'; rows: readonly Readonly<{ name: string; old: string; now: string }>[] }>
  | Readonly<{ kind: 'facts'; rows: readonly Readonly<{ name: string; value: string; link: string | null }>[] }>
  | Readonly<{ kind: 'text'; text: string }>
  | Readonly<{ kind: 'foot'; text: string }>;

export function asText(blocks: readonly Block[]): string {
  return `${blocks.map(textOf).join('\n\n')}\n`;
}

function textOf(block: Block): string {
  if (block.kind === 'changes') {
    return block.rows.map(({ name, old, now }) => `${name}: ${old || 'none'}  ->  ${now || 'none'}`).join('\n');
  }
  if (block.kind === 'facts') {
    const one = ({ name, value, link }: (typeof block.rows)[number]) =>
      `${`${name}:`.padEnd(9)}${value}${link && link !== value ? `\n         ${link}` : ''}`;
    return block.rows.map(one).join('\n');
  }
  return block.kind === 'foot' ? `-- \n${block.text}` : block.text;
}

/** Table layout, no remote images, no script; colours are left to the reader's program so that dark mode works. */
export function asHtml(title: string, blocks: readonly Block[]): string {
  return [
    '<!DOCTYPE html>',
    '<html lang="en-GB"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">',
    `<meta name="supported-color-schemes" content="light dark"><title>${escapeHtml(title)}</title></head>`,
    '<body style="margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:1.45">',
    '<table role="presentation" cellpadding="0" cellspacing="0" style="max-width:640px;width:100%"><tr><td>',
    ...blocks.map(htmlOf),
    '</td></tr></table></body></html>',
    '',
  ].join('\n');
}

const cell = 'padding:3px 14px 3px 0;vertical-align:top;text-align:left';

function htmlOf(block: Block): string {
  if (block.kind === 'lead')
    return `<p style="font-size:17px;font-weight:bold;margin:0 0 12px">${lines(block.text)}</p>`;
  if (block.kind === 'text') return `<p style="margin:0 0 12px">${lines(block.text)}</p>`;
  if (block.kind === 'foot') return `<p style="margin:16px 0 0;font-size:13px">${lines(block.text)}</p>`;
  if (block.kind === 'changes') {
    const head = `<tr><th style="${cell}"></th><th style="${cell}">Was</th><th style="${cell}">Now</th></tr>`;
    const rows = block.rows.map(
      ({ name, old, now }) =>
        `<tr><th style="${cell}" scope="row">${escapeHtml(name)}</th><td style="${cell}"><s>${lines(old || 'none')}</s></td>` +
        `<td style="${cell}"><strong>${lines(now || 'none')}</strong></td></tr>`,
    );
    return `<table cellpadding="0" cellspacing="0" style="margin:0 0 12px">${head}${rows.join('')}</table>`;
  }
  const rows = block.rows.map(
    ({ name, value, link }) =>
      `<tr><th style="${cell}" scope="row">${escapeHtml(name)}</th><td style="${cell}">${linked(value, link)}</td></tr>`,
  );
  return `<table cellpadding="0" cellspacing="0" style="margin:0 0 12px">${rows.join('')}</table>`;
}

function linked(value: string, link: string | null): string {
  return link === null ? lines(value) : `<a href="${escapeHtml(link)}">${lines(value)}</a>`;
}

const lines = (text: string) => escapeHtml(text).replaceAll('\n', '<br>');

export function escapeHtml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, sign => named[sign] ?? sign);
}
