export { smtp } from './definition.js';
