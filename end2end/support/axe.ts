// What a machine can find about accessibility.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds, short enough to read. What it finds in order it need not describe: that takes it half of its time. */
export function violations(page: Page): Promise<string[]> {
  const rules = { 'target-size': { enabled: true } };
  return found(new AxeBuilder({ page }).options({ rules, resultTypes: ['violations'] }).withTags(TAGS));
}

/** The same of colours alone, where all else was examined before. */
export function contrasts(page: Page): Promise<string[]> {
  return found(new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).withRules(['color-contrast']));
}

async function found(axe: AxeBuilder): Promise<string[]> {
  // No page has frames: the mode that looks into them costs time alone.
  axe.setLegacyMode();
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  );
}
