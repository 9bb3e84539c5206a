/* What plays cost, and buying what is left. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { BASE, launch, login, until, visit } from './page.mjs';

let browser;

before(async () => { browser = await launch(); });
after(() => browser?.close());


test('a visitor sees what is free, and no price', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        assert.deepEqual(await page.locator('.price').allTextContents(),
                         ['Free']);
        assert.equal(await page.locator('.buy').count(), 0);
    }));


test('prices are in credits and in euros', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);

        const row = page.locator('.track', { hasText: 'Morning' });

        await row.getByText('0.2 ct').waitFor();
        assert.match(await row.locator('.price').textContent(), /0\.002 cr/);
        await row.getByRole('button', {
            name: 'Buy €1.25: Morning, 1.022 credits' }).waitFor();
        assert.match(await page.locator('#credit').textContent(),
                     /4\.088\s+credits\s+€5\.00/);
    }));


test('without enough credit: 402 says how to top up', () => visit(
    browser, { path: '/tracks', allow: /402/ }, async (page) => {
        await login(page);
        await page.route('**/user/plays/buy', (route) => route.fulfill({
            status: 402, json: { title: 'Payment Required' } }));
        await page.getByRole('button', { name: /^Buy.*Morning/ }).click();
        await page.getByRole('button', { name: 'Buy for €1.25' }).click();
        await page.getByRole('alert')
            .getByText('Your credit does not cover it').waitFor();
        await page.getByRole('alert').getByText('Top up').click();
        await page.getByText('bin/resonate-topup').waitFor();
    }));


test('an operator\'s page for payments is linked', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await page.route(`${BASE}/tracks`, async (route) => {
            const response = await route.fetch();
            const body = (await response.text()).replace(
                'name="resonate-topup" content=""',
                'name="resonate-topup" content="https://pay.example/x"');

            await route.fulfill({ response, body });
        });

        /* the page itself has the address */
        await page.reload();
        await login(page);

        const link = page.locator('#credit').getByRole(
            'link', { name: 'Top up' });

        assert.equal(await link.getAttribute('href'),
                     'https://pay.example/x');
    }));


/* the last: it spends */
test('buying says what it costs, and then it is yours', () => visit(
    browser, { path: '/tracks' }, async (page) => {
        await login(page);
        await page.getByRole('button', { name: /^Buy.*Morning/ }).click();

        const dialog = page.getByRole('dialog', { name: 'Buy “Morning”?' });

        await dialog.getByText('1.022 credits (€1.25)').waitFor();
        await dialog.getByText('Your credit then is 3.066 credits').waitFor();
        await dialog.getByRole('button', { name: 'Cancel' }).click();
        assert.equal(await page.locator('#total').textContent(), '4.088');

        await page.getByRole('button', { name: /^Buy.*Morning/ }).click();
        await dialog.getByRole('button', { name: 'Buy for €1.25' }).click();
        await page.getByText('“Morning” is yours.').first().waitFor();

        const row = page.locator('.track', { hasText: 'Morning' });

        assert.equal(await row.locator('.price').textContent(), 'Yours');
        assert.equal(await row.locator('.buy').count(), 0);
        await row.getByRole('img', { name: 'it is yours' }).waitFor();
        await until(page, () => document.querySelector('#total')
            .textContent === '3.066');
    }));
