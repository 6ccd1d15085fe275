/** What people want to see of a mail. */
export interface ReadMail {
  readonly subject: string;
  readonly text: string;
}

/**
 * Reads a mail of one text part, as Parley sends them (RFC 5322, 2045, 2047); of any other kind the text is what stands there.
 *
 * @param source every byte a character
 */
export function readMail(source: string): ReadMail {
  const end = source.search(/\r?\n\r?\n/);
  const head = end === -1 ? source : source.slice(0, end);
  const body = end === -1 ? '' : source.slice(end).replace(/^\r?\n\r?\n/, '');
  const headers = new Map(
    head
      .replaceAll(/\r?\n[ \t]+/g, ' ')
      .split(/\r?\n/)
      .map(
        (line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
      ),
  );
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? '7bit';
  return {
    subject: decodeWords(headers.get('subject') ?? ''),
    text: inUtf8((decoders[encoding] ?? asItIs)(body)).replaceAll('\r\n', '\n'),
  };
}

const asItIs = (text: string): string => text;
const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString('latin1');
const fromHex = (text: string): string =>
  text.replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));

const decoders: Readonly<Record<string, (text: string) => string>> = {
  'quoted-printable': (text) => fromHex(text.replaceAll(/=[ \t]*\r?\n/g, '')),
  base64: fromBase64,
};

/** Words that stand beside each other are one: the space between them only separates them. */
function decodeWords(header: string): string {
  const word = /=\?[^?]+\?([bq])\?([^?]*)\?=/gi;
  return inUtf8(
    header
      .replaceAll(/\?=\s+=\?/g, '?==?')
      .replaceAll(word, (_all, kind: string, text: string) =>
        kind.toLowerCase() === 'b' ? fromBase64(text) : fromHex(text.replaceAll('_', ' ')),
      ),
  );
}

const inUtf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
