export type { Decision } from '../events/decision.js';
