import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyBook, type PermitBook, type PermitVisit, visitBook } from './permit-book.js';
import { longestRestMs, type PermitKind } from './permit-kinds.js';

const kind: PermitKind = { name: 'window', count: 10, restMs: 1_000, lane: 'default' };
const leaseMs = 5_000;

const visit = (holder: string, nowMs: number, more: Partial<PermitVisit> = {}): PermitVisit => ({
  holder,
  kinds: [kind],
  held: {},
  returns: {},
  lacks: {},
  asks: {},
  urgent: true,
  nowMs,
  leaseMs,
  ...more,
});
const wish = (count: number) => ({ lacks: { window: count }, asks: { window: count } });

describe('the shared account of permits', () => {
  it('lends all of them to a process that is alone', () => {
    const { lent, lost } = visitBook(emptyBook, visit('a', 100, wish(99)));
    expect(lost).toBe(false);
    expect(lent).toEqual({ window: Array.from({ length: 10 }, () => 100) });
  });

  it('hands a permit on together with its rest', () => {
    const { book } = visitBook(emptyBook, visit('a', 100, wish(10)));
    const returned = visitBook(book, visit('a', 200, { held: { window: 9 }, returns: { window: [1_150] } }));
    expect(visitBook(returned.book, visit('b', 300, wish(1))).lent).toEqual({ window: [1_150] });
  });

  it('asks a process that holds more than its share for as many as others lack', () => {
    let { book } = visitBook(emptyBook, visit('a', 0, wish(10)));
    const b = visitBook(book, visit('b', 10, wish(3)));
    expect(b.lent).toEqual({});
    const a = visitBook(b.book, visit('a', 20, { held: { window: 10 }, ...wish(0) }));
    expect(a.surplus).toEqual({ window: 3 });
    ({ book } = visitBook(b.book, visit('b', 20, wish(50))));
    expect(visitBook(book, visit('a', 30, { held: { window: 10 } })).surplus).toEqual({ window: 5 });
  });

  it('leaves to one that only reads history a tenth while another one brings news', () => {
    const { book } = visitBook(emptyBook, visit('history', 0, { ...wish(10), urgent: false }));
    const news = visitBook(book, visit('news', 10, wish(50)));
    const history = visitBook(news.book, visit('history', 20, { held: { window: 10 }, ...wish(0), urgent: false }));
    expect(history.surplus).toEqual({ window: 9 });
  });

  it('takes back what a dead process held, as if it had used it to the end', () => {
    const { book } = visitBook(emptyBook, visit('a', 0, wish(10)));
    expect(visitBook(book, visit('b', 4_999, wish(10))).lent).toEqual({});
    const { lent } = visitBook(book, visit('b', 5_000, wish(10)));
    expect(lent.window).toEqual(Array.from({ length: 10 }, () => 6_250));
  });

  it('tells a process whose answer was lost on the way that it holds nothing', () => {
    const { book } = visitBook(emptyBook, visit('a', 0, wish(10)));
    const again = visitBook(book, visit('a', 50, wish(4)));
    expect(again).toMatchObject({ lost: true, lent: { window: [1_300, 1_300, 1_300, 1_300] } });
  });

  it('follows settings that allow more or fewer', () => {
    const { book } = visitBook(emptyBook, visit('a', 0, wish(10)));
    const fewer = visitBook(book, visit('b', 10, { kinds: [{ ...kind, count: 4 }], ...wish(4) }));
    expect(fewer.lent).toEqual({});
    const more = visitBook(book, visit('b', 10, { kinds: [{ ...kind, count: 12 }], ...wish(4) }));
    expect(more.lent).toEqual({ window: [1_260, 1_260] });
  });

  it('never lets more than the limit be used in any window, whoever visits, uses, returns, dies or loses an answer', () => {
    const step = fc.record({
      who: fc.constantFrom('a', 'b', 'c'),
      gapMs: fc.integer({ min: 0, max: 900 }),
      uses: fc.nat(10),
      returns: fc.nat(10),
      lacks: fc.nat(12),
      fate: fc.constantFrom('lives', 'lives', 'lives', 'dies', 'answer lost'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let nowMs = 0;
        let book: PermitBook = emptyBook;
        const used: number[] = [];
        const purses = new Map<string, { permits: number[]; trustedUntil: number }>();
        for (const { who, gapMs, uses, returns, lacks, fate } of steps) {
          nowMs += gapMs;
          const purse = purses.get(who) ?? { permits: [], trustedUntil: 0 };
          for (let n = 0; n < uses && nowMs < purse.trustedUntil; n += 1) {
            const at = purse.permits.findIndex((usable) => usable <= nowMs);
            if (at === -1) break;
            used.push(nowMs);
            purse.permits[at] = nowMs + longestRestMs(kind);
          }
          if (fate === 'dies') {
            purses.delete(who);
            continue;
          }
          const kept = purse.permits.slice(returns);
          const result = visitBook(
            book,
            visit(who, nowMs, {
              held: { window: kept.length },
              returns: { window: purse.permits.slice(0, returns) },
              ...wish(lacks),
            }),
          );
          book = result.book;
          if (fate === 'answer lost') {
            purses.delete(who); // it cannot know what it holds, so it takes it that it holds nothing
            continue;
          }
          const permits = [...(result.lost ? [] : kept), ...(result.lent.window ?? [])];
          purses.set(who, { permits, trustedUntil: nowMs + leaseMs });
        }
        for (const at of used)
          expect(used.filter((other) => other > at - kind.restMs && other <= at).length).toBeLessThanOrEqual(
            kind.count,
          );
      }),
      { numRuns: 500 },
    );
  });
});
