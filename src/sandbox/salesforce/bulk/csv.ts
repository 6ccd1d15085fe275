import { stringify } from 'csv-stringify/sync';

const delimiters: Readonly<Record<string, string>> = {
  COMMA: ',',
  SEMICOLON: ';',
  TAB: '\t',
  PIPE: '|',
  CARET: '^',
  BACKQUOTE: '`',
};
export const isDelimiter = (name: string): boolean => name in delimiters;
export const delimiterOf = (name: string): string => delimiters[name] ?? ',';

/** The rows of a CSV text (RFC 4180), in one pass; a quoted cell may hold delimiters, quotes and line ends. */
export function readCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let position = text.startsWith('\u{FEFF}') ? 1 : 0;
  const endRow = (): void => {
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  while (position < text.length) {
    const cell = text.charAt(position) === '"' ? quotedCell(text, position) : plainCell(text, position, delimiter);
    row.push(cell.value);
    position = cell.end;
    if (text.startsWith(delimiter, position)) {
      position += delimiter.length;
      if (position === text.length) row.push('');
      continue;
    }
    position += text.startsWith('\r\n', position) ? 2 : 1;
    endRow();
  }
  if (row.length > 0) endRow();
  return rows;
}

interface Cell {
  readonly value: string;
  readonly end: number;
}

function quotedCell(text: string, start: number): Cell {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && text.charAt(end + 1) === '"') end = text.indexOf('"', end + 2);
  const close = end < 0 ? text.length : end;
  return { value: text.slice(start + 1, close).replaceAll('""', '"'), end: close + 1 };
}

function plainCell(text: string, start: number, delimiter: string): Cell {
  const ends = [text.indexOf(delimiter, start), text.indexOf('\n', start)].filter((at) => at >= 0);
  const end = ends.length === 0 ? text.length : Math.min(...ends);
  const cut = text.charAt(end) === '\n' && text.charAt(end - 1) === '\r' && end > start ? end - 1 : end;
  return { value: text.slice(start, cut), end: cut };
}

/** Rows as Salesforce writes them: each cell in quotes. */
export const writeCsv = (rows: readonly (readonly string[])[], delimiter: string): string =>
  stringify(
    rows.map((row) => [...row]),
    { delimiter, quoted: true, quoted_empty: true },
  );
