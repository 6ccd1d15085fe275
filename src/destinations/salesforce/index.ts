export { salesforce } from './definition.js';
