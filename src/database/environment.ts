/** Injection token of the `Environment` that the process was started with. */
export const ENVIRONMENT = Symbol('environment');

/** Injection token of the clock: a function that says what time it is. Never call `new Date()` in logic. */
export const NOW = Symbol('now');
export type Now = () => Date;
