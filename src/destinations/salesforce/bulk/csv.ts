import { stringify } from 'csv-stringify/sync';
import type { WireRecord, WireValue } from '../collections.js';

/** What Salesforce reads as "empty this field"; an empty cell leaves the field alone. */
const cleared = '#N/A';

/** Rows of any columns as one file; a column that a row does not have stays empty in it. */
export function toCsv(rows: readonly WireRecord[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: WireValue | undefined): string =>
    value === undefined ? '' : value === null ? cleared : String(value);
  return stringify(
    rows.map((row) => columns.map((column) => cell(row[column]))),
    { header: true, columns, record_delimiter: '\n' },
  );
}

export type CsvRow = Readonly<Record<string, string>>;

/** One cell and what ends it; a quoted cell may hold anything, with its quotes doubled. */
const cellPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * Reads a result of a job. jsforce would take semicolons and pipes for separators as well, so that one picklist value with two
 * choices shifts all the columns behind it.
 */
export function parseCsv(text: string): readonly CsvRow[] {
  const [header = [], ...lines] = cellsOf(text);
  return lines.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])));
}

function cellsOf(text: string): readonly (readonly string[])[] {
  const lines: string[][] = [];
  let line: string[] = [];
  cellPattern.lastIndex = 0;
  while (cellPattern.lastIndex < text.length) {
    const [, quoted, plain = '', end = ''] = cellPattern.exec(text) ?? [];
    if (end === '' && cellPattern.lastIndex === 0) throw new SyntaxError('Salesforce answered a file that is no CSV');
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    lines.push(line);
    line = [];
  }
  if (line.length > 0) lines.push([...line, '']);
  return lines;
}
