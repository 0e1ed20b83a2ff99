/** One CSV text as rows: RFC 4180, comma or semicolon, one bad row at a time. Pure. */
import { CsvError, parse } from 'csv-parse/sync';

export type CsvRow = Readonly<{ line: number; cells: readonly string[]; problem: string | null }>;

/** So many broken rows are set aside one by one; a file with more is not a sheet any more. */
const maxBroken = 200;

/**
 * Every record, the heading's included, numbered as a spreadsheet numbers its rows (from 1, blank ones counted, a cell
 * with line breaks being one row). A row with a broken quote is set aside alone, and reading goes on in the next line.
 */
export function csvRows(text: string): CsvRow[] {
  const delimiter = delimiterOf(text);
  const rows: CsvRow[] = [];
  let rest = text;
  for (let broken = 1; ; broken += 1) {
    const { records, brokenAt, problem } = csvRecords(rest, delimiter);
    for (const cells of records) rows.push({ line: rows.length + 1, cells, problem: null });
    if (problem === null) return rows;
    const lineEnd = rest.indexOf('\n', brokenAt);
    const cells = [rest.slice(brokenAt, lineEnd < 0 ? undefined : lineEnd)];
    const line = rows.length + 1;
    if (lineEnd < 0 || broken === maxBroken) {
      rows.push({
        line,
        cells,
        problem: lineEnd < 0 ? problem : `${problem}; so many rows are broken that reading ends`,
      });
      return rows;
    }
    rows.push({ line, cells, problem });
    rest = rest.slice(lineEnd + 1);
  }
}

/** Semicolon where the heading has more of them than commas: spreadsheets of half of Europe write it so. */
function delimiterOf(text: string): ',' | ';' {
  const heading = (text.split(/\r?\n/, 1)[0] ?? '').replace(/"[^"]*"/g, '');
  return heading.split(';').length > heading.split(',').length ? ';' : ',';
}

type Records = Readonly<{ records: readonly string[][]; brokenAt: number; problem: string | null }>;

const quoteProblems: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and not closed',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote; a quote inside a cell is written twice',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell that is not quoted; quote the cell and write the quote twice',
};

function csvRecords(text: string, delimiter: string): Records {
  const records: string[][] = [];
  let end = 0;
  try {
    parse(text, {
      delimiter,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      onRecord: (record, { bytes }) => {
        records.push(record);
        end = bytes;
        return null;
      },
    });
    return { records, brokenAt: 0, problem: null };
  } catch (error) {
    const problem = error instanceof CsvError ? quoteProblems[error.code] : undefined;
    if (problem === undefined) throw error;
    // The parser counts up to the record's last sign, without the line end after it.
    const read = Buffer.from(text).subarray(0, end).toString().length;
    const lineEnd = records.length === 0 ? '' : (/^(\r\n|\n|\r)/.exec(text.slice(read, read + 2))?.[0] ?? '');
    return { records, brokenAt: read + lineEnd.length, problem };
  }
}
