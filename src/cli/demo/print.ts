/** The tour on the terminal, in lines of eighty characters. Pure. */
import type { StepReport } from './step.ts';

const width = 78;
const labelWidth = 11;

/** The text in lines, each starting with `indent`; the first one with `head` in its place. */
export function wrapped(text: string, indent: string, head = indent): string {
  const lines: string[] = [];
  let line = head;
  let isEmpty = true;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join('\n');
}

export function stepText(number: number, { title, done, found }: StepReport): string {
  const places = found.map(({ where, text }) =>
    wrapped(text, ' '.repeat(4 + labelWidth), `    ${where.padEnd(labelWidth)}`),
  );
  return ['', `${number}. ${title}`, wrapped(done, '   '), ...places].join('\n');
}
