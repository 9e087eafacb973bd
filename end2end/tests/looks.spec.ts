// Every page and panel state: no accessibility violation in either scheme, nothing sticks out sideways at any width,
// and pictures of the main ones for a person to compare with the mock-ups (test-results/shots).
import type { Page } from '@playwright/test';
import { violations } from '../support/axe';
import { fitsSideways, panel } from '../support/panel';
import { STATES } from '../support/states';
import { SIZES, expect, test } from '../support/test';

const SHOTS = ['sign-in', 'queue', 'approval-open', 'approval-approving', 'approval-rejecting', 'approval-conflict']
  .concat(['admin-people', 'admin-person', 'admin-groups', 'admin-group', 'admin-keys', 'admin-key-made', 'admin-denied'])
  .concat(['workflows', 'workflow', 'workflow-short-of-reviewers', 'workflow-changes', 'workflow-faults', 'workflow-preview'])
  .concat(['profile', 'palette', 'keys-sheet', 'approval-resuming', 'run-waiting', 'run-done'])
  .concat(['runs', 'audit', 'audit-event', 'api-reference', 'queue-arriving', 'queue-resumption-failed'])
  .concat(['approval-resumption-failed', 'approval-resumed', 'admin-endpoints', 'admin-endpoint-made', 'admin-deliveries'])
  .concat(['stage-review', 'approval-editing', 'approval-edited', 'admin-connect', 'admin-connected', 'run-stages', 'run-stage-stuck', 'workflow-stages'])
  .concat(['escalations', 'escalation-open', 'escalation-resolved']);
const SCHEMES = ['light', 'dark'] as const;

// Examining a long page takes axe a while.
test.describe.configure({ timeout: 120_000 });

for (const [name, reach] of Object.entries(STATES)) {
  test(`${name} is accessible and fits`, async ({ console, guard, visit, decide }) => {
    const page = await reach({ console, guard, visit, decide });
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // Colours are the same at any size: every state is examined wide and light, narrow and dark, and the main ones wide
        // and dark as well, with the parts that no narrow page shows.
        if ((size === 'wide') === (colorScheme === 'light') || (size === 'wide' && SHOTS.includes(name))) {
          expect.soft(await violations(page), `${size}, ${colorScheme}`).toEqual([]);
        }
        if (SHOTS.includes(name)) await shoot(page, `${name}-${size}-${colorScheme}`);
      }
    }
    await fitsSideways(page);
  });
}

async function shoot(page: Page, name: string): Promise<void> {
  const options = { animations: 'disabled', caret: 'hide' } as const;
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: `test-results/shots/${name}.png`, ...options });
  if (!name.includes('narrow') || (await panel(page).count()) === 0) return;
  await panel(page).scrollIntoViewIfNeeded();
  await page.screenshot({ path: `test-results/shots/${name}-decide.png`, ...options });
}
