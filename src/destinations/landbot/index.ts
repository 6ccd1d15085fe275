export { landbot } from './definition.js';
