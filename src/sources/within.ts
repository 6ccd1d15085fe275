const late = Symbol('late');

/** What `work` comes to, or that it is not done in time; then it goes on. */
export function within<T>(work: Promise<T>, ms: number): Promise<T | typeof late> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(late), ms);
    work.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

export const isLate = (result: unknown): result is typeof late => result === late;
