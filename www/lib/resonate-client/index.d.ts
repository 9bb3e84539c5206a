export * from '../../../sdk/js/index.js';
