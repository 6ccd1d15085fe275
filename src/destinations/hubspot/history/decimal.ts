const digits = 6;
const scale = 10n ** BigInt(digits);

/** A decimal number as HubSpot writes it, in millionths; null when it is none. */
function toMillionths(text: string): bigint | null {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === '') return null;
  const millionths = BigInt(whole) * scale + BigInt(fraction.slice(0, digits).padEnd(digits, '0'));
  return sign === '-' ? -millionths : millionths;
}

/** The exact sum of amounts, which binary fractions would get wrong; what is no number counts nothing. */
export function sumOfAmounts(amounts: readonly (string | null | undefined)[]): number {
  const sum = amounts.reduce((total, text) => total + (toMillionths(text ?? '') ?? 0n), 0n);
  const [sign, size] = sum < 0n ? ['-', -sum] : ['', sum];
  const fraction = String(size % scale).padStart(digits, '0');
  return Number(`${sign}${String(size / scale)}.${fraction}`);
}
