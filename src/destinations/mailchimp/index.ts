export { mailchimp } from './definition.js';
