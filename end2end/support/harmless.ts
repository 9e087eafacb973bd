// What agents, customers and people who may name things could write to harm whoever reads it, and how one sees that
// it did nothing.
import { type Page, expect } from '@playwright/test';
import { fitsSideways } from './panel';
import { go } from './test';

export const MARKUP = '</textarea></script></pre><script>window.pwned=1</script><img src=x onerror="window.pwned=1">';
export const LINK = 'javascript:window.pwned=1';
export const MIXED = 'p\u0430ypal';
/** Turns and hides; nothing that a name may not hold. */
export const TURNING = 'paid\u202eoot\u2066\u200b\u00ad\ufeffend';

/** A name with all of it. */
export const NAME = `${MIXED} ${TURNING} ${MARKUP} <svg onload=window.pwned=1>`;

/** Characters that must never reach a page unmarked. */
const RAW = ['\u202e', '\u2066', '\u200b', '\u00ad', '\u001b', '\u0000', '\ufeff'];

/** Nothing ran, and nothing was built that could. */
export async function harmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    pwned: 'pwned' in window,
    images: document.querySelectorAll('main img, aside img, dialog img, svg[onload]').length,
    scripts: document.querySelectorAll('main script, aside script, dialog script').length,
    styled: document.querySelectorAll('main [style]').length,
    links: document.querySelectorAll('a[href^="javascript:" i]').length,
  }));
  expect(found).toEqual({ pwned: false, images: 0, scripts: 0, styled: 0, links: 0 });
}

/** Whatever turns or hides text is a visible mark, or spelled out where there can be none: in the window's title, in
 * names and hints of elements. Fields hold what was typed, as it was typed. */
export async function marked(page: Page): Promise<void> {
  const unmarked = await page.evaluate((raw) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (texts.nextNode()) {
      const parent = texts.currentNode.parentElement;
      const text = texts.currentNode.nodeValue ?? '';
      if (parent?.closest('textarea, script') || !parent?.checkVisibility()) continue;
      if (raw.some((one) => text.includes(one))) found.push(`<${parent.tagName.toLowerCase()} class="${parent.className}">`.slice(0, 140));
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [alt], [placeholder]')) {
      for (const name of ['aria-label', 'title', 'alt', 'placeholder']) {
        if (raw.some((one) => element.getAttribute(name)?.includes(one))) found.push(`${name} of <${element.tagName.toLowerCase()}>`);
      }
    }
    if (raw.some((one) => document.title.includes(one))) found.push('the title');
    return found;
  }, RAW);
  expect.soft(unmarked, page.url()).toEqual([]);
}

/** A page shows it and stays whole, at every width, and still does what it is for. */
export async function bears(page: Page, path: string): Promise<void> {
  await go(page, path);
  await harmless(page);
  await marked(page);
  await fitsSideways(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeHidden();
}
