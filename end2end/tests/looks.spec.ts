// Every page and panel state: no accessibility violation in either scheme, nothing sticks out sideways at any width,
// and, on request, pictures of the main ones for a person to compare with the mock-ups (test-results/shots).
import type { Page } from '@playwright/test';
import { contrasts, violations } from '../support/axe';
import { fitsSideways, panel } from '../support/panel';
import { STATES } from '../support/states';
import { SIZES, expect, test } from '../support/test';

const SHOTS = ['sign-in', 'queue', 'approval-open', 'approval-approving', 'approval-rejecting', 'approval-conflict']
  .concat(['admin-people', 'admin-person', 'admin-groups', 'admin-group', 'admin-keys', 'admin-key-made', 'admin-denied'])
  .concat(['workflows', 'workflow', 'workflow-short-of-reviewers', 'workflow-changes', 'workflow-faults', 'workflow-preview', 'workflow-proposed'])
  .concat(['profile', 'palette', 'keys-sheet', 'approval-resuming', 'run-waiting', 'run-done'])
  .concat(['runs', 'audit', 'audit-event', 'api-reference', 'queue-arriving', 'queue-resumption-failed'])
  .concat(['approval-resumption-failed', 'approval-resumed', 'admin-endpoints', 'admin-endpoint-made', 'admin-deliveries'])
  .concat(['stage-review', 'approval-editing', 'approval-edited', 'admin-connect', 'admin-connected', 'run-stages', 'run-stage-stuck', 'workflow-stages'])
  .concat(['escalations', 'escalation-open', 'escalation-resolved'])
  .concat(['closures', 'closures-follow-ups', 'closure', 'closure-resolved', 'closure-dry-run', 'closures-samples', 'closure-sampled', 'closures-drift', 'closure-drifted'])
  .concat(['inbox', 'bulk-preview', 'approval-claimed', 'admin-notifications', 'admin-out-of-office-set', 'approval-items', 'queue-filtered']);
const SCHEMES = ['light', 'dark'] as const;

// Examining a long page takes axe a while.
test.describe.configure({ timeout: 120_000 });

// Nobody looks at the pictures of a run that nobody watches: `SHOTS=1` takes them.
const IS_WATCHED = process.env.SHOTS !== undefined;

for (const [name, reach] of Object.entries(STATES)) {
  test(`${name} is accessible and fits`, async ({ console, guard, visit, decide }) => {
    const page = await reach({ console, guard, visit, decide });
    // Every state is examined wide and light, narrow and dark. Its colours are the same at any size; what no narrow page
    // shows has its own, and they are examined wide and dark for the main ones.
    await show(page, 'wide', 'light');
    expect.soft(await violations(page), 'wide, light').toEqual([]);
    if (SHOTS.includes(name)) {
      await show(page, 'wide', 'dark');
      expect.soft(await contrasts(page), 'wide, dark').toEqual([]);
    }
    await show(page, 'narrow', 'dark');
    expect.soft(await violations(page), 'narrow, dark').toEqual([]);
    if (IS_WATCHED && SHOTS.includes(name)) await shootAll(page, name);
    await fitsSideways(page);
  });
}

async function show(page: Page, size: keyof typeof SIZES, colorScheme: (typeof SCHEMES)[number]): Promise<void> {
  await page.setViewportSize(SIZES[size]);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
}

async function shootAll(page: Page, name: string): Promise<void> {
  for (const size of ['wide', 'narrow'] as const) {
    for (const scheme of SCHEMES) {
      await show(page, size, scheme);
      await shoot(page, `${name}-${size}-${scheme}`);
    }
  }
}

async function shoot(page: Page, name: string): Promise<void> {
  const options = { animations: 'disabled', caret: 'hide' } as const;
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: `test-results/shots/${name}.png`, ...options });
  if (!name.includes('narrow') || (await panel(page).count()) === 0) return;
  await panel(page).scrollIntoViewIfNeeded();
  await page.screenshot({ path: `test-results/shots/${name}-decide.png`, ...options });
}
