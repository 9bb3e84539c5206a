/* Lint of the page and of its tests; run from the root, see page-check. */

import js from '@eslint/js';
import globals from 'globals';

export default [
    { ignores: ['www/lib/**', '**/node_modules/**', 'build/**', 'run/**'] },
    js.configs.recommended,
    {
        rules: {
            'eqeqeq': 'error',
            'no-var': 'error',
            'prefer-const': 'error',
            'curly': 'error',
            'no-shadow': ['error', { builtinGlobals: false }],
            'no-implicit-globals': 'error',
            'no-unused-vars': ['error', { argsIgnorePattern: '^_',
                                          caughtErrors: 'all' }],
            'no-eval': 'error',
            'max-lines': ['error', 600],
            'max-lines-per-function': ['error', 60],
            'max-depth': ['error', 4],
            'max-len': ['error', 80],
        },
    },
    {
        files: ['www/**/*.js', 'sdk/**/*.js'],
        languageOptions: { globals: globals.browser },
    },
    {
        files: ['www/sw.js'],
        languageOptions: { globals: globals.serviceworker },
    },
    {
        files: ['t/**/*.mjs', 't/**/*.js'],
        languageOptions: { globals: { ...globals.node, ...globals.browser } },
        rules: { 'max-lines-per-function': 'off' },
    },
];
