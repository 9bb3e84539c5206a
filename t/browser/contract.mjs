/*
 * Answers against an OpenAPI document: status, content type, headers, body,
 * and which parts of the document they have shown.
 */

import { Ajv2020 } from 'ajv/dist/2020.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const FORMATS = {
    'uuid': UUID,
    'date': /^\d{4}-\d\d-\d\d$/,
    'date-time': TIME,
    'uri': (text) => URL.canParse?.(text) ?? /^https?:\/\/\S+$/.test(text),
};


export class Contract {
    #document;
    #ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true,
                         strictRequired: false, formats: FORMATS });

    /* what the answers have shown, and what they should: "GET /tracks 200",
       "Track.cover" */
    #seen = new Set();
    #due = new Set();

    /* of all headers that the document speaks of */
    #names = new Set();

    #compiled = new Map();

    constructor(document) {
        this.#document = document;
        this.#ajv.addVocabulary(['openapi', 'info', 'servers', 'tags',
                                 'paths', 'components']);
        this.#ajv.addSchema(document, 'api');

        for (const [path, item] of Object.entries(document.paths)) {
            for (const [method, operation] of Object.entries(item)) {
                this.#expect(`${method.toUpperCase()} ${path}`, operation);
            }
        }
    }

    get operations() {
        return Object.entries(this.#document.paths).flatMap(([path, item]) =>
            Object.entries(item).map(([method, operation]) => ({
                method: method.toUpperCase(), path, ...operation })));
    }

    parameters(operation) {
        return (operation.parameters ?? []).map((one) => this.#resolve(one));
    }

    /* what the document says and no answer has shown */
    get unseen() {
        return [...this.#due].filter((what) => !this.#seen.has(what)).sort();
    }

    /* the faults of an answer: { status, headers, body }; a body that is no
       JSON is bytes */
    faults({ method, path }, answer) {
        const name = `${method} ${path}`;
        const at = ['paths', path, method.toLowerCase(), 'responses',
                    answer.status];
        const response = this.#resolve(this.#at(at));

        if (!response) {
            return [`${name}: no ${answer.status} in the document`];
        }

        this.#seen.add(`${name} ${answer.status}`);

        return [...this.#headers(response, answer),
                ...this.#content(response, name, answer)];
    }

    /* whether a body is one that the document takes */
    takes({ method, path }, body) {
        const { schema } = this.#at(['paths', path, method.toLowerCase(),
            'requestBody', 'content', 'application/json']);

        return this.#validate(schema)(body);
    }

    #at(names) {
        return names.reduce((value, name) => value?.[name], this.#document);
    }

    #resolve(value) {
        return value?.$ref
            ? this.#at(value.$ref.split('/').slice(1)) : value;
    }

    /* a schema of the document, for one that has references to it */
    #named(schema) {
        return JSON.parse(JSON.stringify(schema)
            .replaceAll('"#/components', '"api#/components'));
    }

    #headers(response, answer) {
        const faults = [];
        const headers = Object.entries(response.headers ?? {})
            .map(([name, header]) => [name.toLowerCase(),
                                      this.#resolve(header)]);
        const known = Object.keys(Object.fromEntries(headers));

        for (const [name, { required, schema }] of headers) {
            const text = answer.headers.get(name);
            const value = schema.type === 'integer' ? Number(text) : text;

            if (text === null ? required : !this.#validate(schema)(value))
            {
                faults.push(`${answer.status}: ${name}: ${text}`);
            }
        }

        return [...faults, ...[...this.#names].filter(
            (name) => answer.headers.has(name) && !known.includes(name))
            .map((name) => `${answer.status}: ${name} is not said`)];
    }

    #content(response, name, { status, headers, body }) {
        const type = headers.get('Content-Type');
        const types = Object.keys(response.content ?? {});

        if (!types.length) {
            return body === '' ? [] : [`${status}: a body`];
        }

        if (!types.includes(type)) {
            return [`${status}: ${type}`];
        }

        const { schema } = response.content[type];

        if (!schema) {
            return [];
        }

        const validate = this.#validate(schema);

        if (!validate(body)) {
            return validate.errors.map((error) =>
                `${error.instancePath || '/'} ${error.message} `
                + JSON.stringify(error.params));
        }

        this.#visit(schema, body, `${name} ${status}`);

        return [];
    }

    #validate(schema) {
        const key = JSON.stringify(schema);

        if (!this.#compiled.has(key)) {
            this.#compiled.set(key, this.#ajv.compile(this.#named(schema)));
        }

        return this.#compiled.get(key);
    }

    /* each status; each member of each schema, and an item of each array */
    #expect(name, { responses }) {
        for (const [status, given] of Object.entries(responses)) {
            const { content = {}, headers = {} } = this.#resolve(given);

            this.#due.add(`${name} ${status}`);
            Object.keys(headers).forEach((header) =>
                this.#names.add(header.toLowerCase()));
            Object.values(content).forEach(({ schema }) =>
                this.#walk(schema ?? {}, `${name} ${status}`));
        }
    }

    #walk(schema, at) {
        if (schema.$ref) {
            this.#walk(this.#resolve(schema), schema.$ref.split('/').pop());
        }

        for (const one of schema.anyOf ?? []) {
            this.#walk(one, at);
        }

        for (const [name, of] of Object.entries(schema.properties ?? {})) {
            if (of.type !== 'null') {
                this.#due.add(`${at}.${name}`);
            }

            this.#walk(of, `${at}.${name}`);
        }

        if (schema.items) {
            this.#due.add(`${at}[]`);
            this.#walk(schema.items, `${at}[]`);
        }
    }

    #visit(schema, value, at) {
        if (value === null) {
            return;
        }

        if (schema.$ref) {
            this.#visit(this.#resolve(schema), value,
                        schema.$ref.split('/').pop());
        }

        for (const one of schema.anyOf ?? []) {
            if (one.$ref && this.#validate(one)(value)) {
                this.#visit(one, value, at);
            }
        }

        for (const [name, of] of Object.entries(schema.properties ?? {})) {
            if (value[name] !== undefined && value[name] !== null) {
                this.#seen.add(`${at}.${name}`);
                this.#visit(of, value[name], `${at}.${name}`);
            }
        }

        for (const item of schema.items ? value : []) {
            this.#seen.add(`${at}[]`);
            this.#visit(schema.items, item, `${at}[]`);
        }
    }
}
