// The decision panel as people use it.
import { type Locator, type Page, expect } from '@playwright/test';

export const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Decision' });

export const choice = (page: Page, verdict: 'Approve' | 'Approve with edits' | 'Reject'): Locator =>
  panel(page).getByRole('radio', { name: new RegExp(`^${verdict}(?! with edits)`) });

export const notes = (page: Page): Locator => panel(page).locator('textarea[name=notes], textarea[name=answer]');

/** Where the arguments are edited. */
export const args = (page: Page): Locator => panel(page).getByRole('textbox', { name: /^Arguments/ });

export const send = (page: Page): Locator =>
  panel(page).getByRole('button', { name: /^(Choose a decision|Approve|Reject|Record)/ }).filter({ visible: true });

/** Presses the button although it says that something is missing. */
export async function sendTooEarly(page: Page): Promise<void> {
  await send(page).evaluate((button) => button.scrollIntoView({ block: 'center' }));
  await send(page).click({ force: true });
}

/** Sends the form past the page's own check, so that the server has to say what is missing. */
export const submitAsItStands = (page: Page): Promise<void> =>
  panel(page).locator('form[data-key=decision]').evaluate((form: HTMLFormElement) => form.submit());

/** Chooses to approve, confirming differences where that is asked, and sends. */
export async function approve(page: Page, words?: string): Promise<void> {
  await choice(page, 'Approve').check();
  const confirmation = panel(page).getByRole('checkbox');
  if (await confirmation.isVisible()) await confirmation.check();
  if (words) await notes(page).fill(words);
  await send(page).click();
}

/** Chooses to reject with a reason, and sends. */
export async function reject(page: Page, reason: string | null, words: string): Promise<void> {
  await choice(page, 'Reject').check();
  if (reason) await panel(page).getByText(reason, { exact: true }).click();
  await notes(page).fill(words);
  await send(page).click();
}

/** The whole page fits its window sideways, and nothing in it is cut off without saying so. */
export async function fitsSideways(page: Page): Promise<void> {
  const misfits: string[] = [];
  for (const width of [1440, 1024, 768, 390]) {
    await page.setViewportSize({ width, height: 844 });
    misfits.push(...(await page.evaluate(findMisfits)).map((misfit) => `at ${width} px: ${misfit}`));
  }
  expect.soft(misfits).toEqual([]);
}

/** What sticks out sideways or is cut off. Runs in the page. */
export function findMisfits(): string[] {
  const name = (element: Element) => `<${element.tagName.toLowerCase()} class="${element.className}">`.slice(0, 120);
  const { scrollWidth, clientWidth } = document.documentElement;
  const all = [...document.querySelectorAll<HTMLElement>('body *')];
  const cut = all.filter((element) => {
    // A field scrolls what is typed into it.
    if (element.matches('input, textarea, select')) return false;
    const { overflowX, textOverflow, position } = getComputedStyle(element);
    const hides = (overflowX === 'hidden' || overflowX === 'clip') && textOverflow !== 'ellipsis' && position !== 'absolute';
    const isDecorated = element.querySelector(':scope > [aria-hidden=true]') !== null;
    return hides && !isDecorated && element.scrollWidth > element.clientWidth + 1;
  });
  const beyond = all.filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
  return [
    ...cut.slice(0, 2).map((element) => `cuts ${element.scrollWidth - element.clientWidth} px off: ${name(element)}`),
    ...(scrollWidth > clientWidth ? [`${scrollWidth} px wide because of ${beyond.slice(0, 2).map(name).join(', ')}`] : []),
  ];
}
