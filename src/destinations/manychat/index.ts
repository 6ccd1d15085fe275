export { manychat } from './definition.js';
