export { chatfuel } from './definition.js';
