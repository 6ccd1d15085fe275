export { hubspot } from './definition.js';
