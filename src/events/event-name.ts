const maxLength = 64;

/**
 * The machine name of a business event whose name a bot's author typed: `Order placed!` → `order_placed`. What already looks
 * like a machine name (`orderPlaced`, `cart.abandoned`) stays. Null: no name in it.
 */
export function eventName(typed: string): string | null {
  const trimmed = typed.trim();
  if (trimmed === '') return null;
  if (/^[a-zA-Z][\w.:-]{0,63}$/.test(trimmed)) return trimmed;
  const words = trimmed
    .normalize('NFKD')
    .replace(/(\p{Script=Latin})\p{M}+/gu, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  return words === '' ? null : Array.from(words).slice(0, maxLength).join('');
}
