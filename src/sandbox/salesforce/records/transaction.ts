import type { RecordChange } from '../record-change.js';

/** What has been done since the outermost transaction began, so that it, or a part of it, can be undone. */
export class Transaction {
  #undo: (() => void)[] = [];
  #changes: RecordChange[] = [];
  #depth = 0;

  onUndo(undo: () => void): void {
    if (this.#depth > 0) this.#undo.push(undo);
  }

  changed(change: RecordChange): void {
    this.#changes.push(change);
  }

  /** Undoes the work when it throws or its result is not to be kept; tells of the changes when the outermost work is done. */
  run<T>(work: () => T, keep: (result: T) => boolean, tell: (changes: readonly RecordChange[]) => void): T {
    const undoFrom = this.#undo.length;
    const changesFrom = this.#changes.length;
    let kept = false;
    this.#depth += 1;
    try {
      const result = work();
      kept = keep(result);
      return result;
    } finally {
      this.#depth -= 1;
      if (!kept) this.#back(undoFrom, changesFrom);
      if (this.#depth === 0) this.#end(tell);
    }
  }

  #back(undoFrom: number, changesFrom: number): void {
    for (const undo of this.#undo.splice(undoFrom).reverse()) undo();
    this.#changes.length = changesFrom;
  }

  #end(tell: (changes: readonly RecordChange[]) => void): void {
    const changes = this.#changes;
    this.#undo = [];
    this.#changes = [];
    if (changes.length > 0) tell(changes);
  }
}
