// Concerns that were looked into one by one: on the run, and on the case that was handed over with them.
import { PRIYA } from '../support/cast';
import { investigated } from '../support/escalations';
import { SIZES, expect, go, test } from '../support/test';

for (const [size, viewport] of Object.entries(SIZES)) {
  test(`a case shows what was found, what it comes to, and where to read on (${size})`, async ({ console, visit }) => {
    const [same, other, none] = [await investigated(console), await investigated(console, '4300.00'), await investigated(console, null)];
    const priya = await visit(PRIYA, { viewport });
    await go(priya, `/escalations/${same}`);
    const concerns = priya.getByRole('region', { name: 'Concerns' });
    await expect(concerns.getByRole('listitem')).toHaveCount(3);
    for (const said of ['INV-29904', '14960.00 USD', 'calc_5501', '3 of 3 resolved', 'Sums match', '4280.00 USD']) {
      await expect(concerns).toContainText(said);
    }
    await expect(priya.getByRole('region', { name: 'What the customer was told' })).toContainText('A person is checking');
    await expect(priya.getByRole('region', { name: 'Evidence' }).getByRole('link', { name: 'Pay 4280 to Hartley Freight' })).toBeVisible();
    expect(await priya.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scroll').toBe(true);
    await go(priya, `/escalations/${other}`);
    await expect(priya.getByRole('region', { name: 'Concerns' })).toContainText('Sums differ: the agent states 4300.00 USD');
    await go(priya, `/escalations/${none}`);
    await expect(priya.getByRole('region', { name: 'Concerns' })).toContainText('Not stated by the agent');
    await priya.getByRole('region', { name: 'Evidence' }).getByRole('link').first().click();
    await expect(priya.getByRole('region', { name: 'Concerns' })).toContainText('One refund of $4,280.00');
    expect(await priya.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no sideways scroll').toBe(true);
  });
}
