/** What Exchange makes of a body: a page of its own, CRLF line ends, nothing that could run. */

/** @param type `text` becomes HTML, as it does in a mailbox */
export function storedHtml(type: 'text' | 'html', content: string): string {
  const inner = type === 'html' ? bodyOf(content) : `<div class="PlainText">${escaped(content)}</div>`;
  const head = '<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>';
  return `<html>\r\n${head}\r\n<body>\r\n${safe(inner).trim().replace(/\r?\n/g, '\r\n')}\r\n</body>\r\n</html>\r\n`;
}

/** The first 255 characters without markup. */
export function previewOf(html: string): string {
  return bodyOf(html)
    .replace(/<(?:br|\/div|\/p)[^>]*>/gi, '\r\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .trim()
    .slice(0, 255);
}

function bodyOf(html: string): string {
  return /<body[^>]*>([\s\S]*?)<\/body>/i.exec(html)?.[1] ?? html;
}

function safe(html: string): string {
  return html
    .replace(/<(script|style|iframe|object)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/\son\w+="[^"]*"/gi, '')
    .replace(/&#39;|&apos;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/<br\s*\/?>/gi, '<br>\r\n');
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r?\n/g, '<br>');
}
