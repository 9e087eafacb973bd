// Web vitals of two pages in Chromium, its processor slowed fourfold and on slow 4G: LCP, INP and CLS as web-vitals
// counts them. Prints one line of JSON. Arguments: the console's address, a session cookie, the approval's path.
import { chromium } from '@playwright/test';

const [address, cookie, approval] = process.argv.slice(2);
const [name, value] = cookie.split(/=(.*)/s);

/** Runs in the page: notes paints, shifts and how long inputs took until the next paint. */
function watch() {
  const seen = { lcp: 0, inp: 0, cls: 0 };
  const observe = (type, note, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  observe('largest-contentful-paint', (entry) => (seen.lcp = Math.max(seen.lcp, entry.startTime)));
  observe('layout-shift', (entry) => {
    if (!entry.hadRecentInput) seen.cls += entry.value;
  });
  const interaction = (entry) => {
    if (entry.interactionId) seen.inp = Math.max(seen.inp, entry.duration);
  };
  observe('event', interaction, { durationThreshold: 16 });
  observe('first-input', interaction);
  // Whether the page's own script has taken over, and when.
  const begin = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const { module, instance } = await begin(source, imports);
    const hydrate = (...given) => {
      const result = instance.exports.hydrate(...given);
      requestAnimationFrame(() => setTimeout(() => (seen.alive = performance.now())));
      return result;
    };
    return { module, instance: { exports: { ...instance.exports, hydrate } } };
  };
  window.seenVitals = seen;
}

/** Opens a page in a fresh context, so that nothing is cached, waits until it is alive, and uses its keyboard. */
async function measure(browser, path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addCookies([{ name, value, url: address, httpOnly: true, sameSite: 'Lax' }]);
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  // Lighthouse's slow 4G, as applied to each request.
  await client.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 562.5,
    downloadThroughput: (1_638.4 * 1_024 * 0.9) / 8,
    uploadThroughput: (675 * 1_024) / 8,
  });
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.addInitScript(watch);
  await page.goto(address + path, { waitUntil: 'load', timeout: 60_000 });
  await page.waitForFunction(() => window.seenVitals.alive, undefined, { timeout: 60_000 });
  for (const key of ['j', 'k', 'Tab', '?', 'Escape', 'j', 'Tab']) {
    await page.keyboard.press(key);
    // Entries are told after the paint; a person strikes no faster.
    await page.waitForTimeout(400);
  }
  const seen = await page.evaluate(() => window.seenVitals);
  await context.close();
  // The first input is told however quick it was: without it nothing was measured.
  if (!seen.inp || !seen.lcp) throw new Error(`nothing was told about ${path}: ${JSON.stringify(seen)}`);
  return seen;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  const queue = await measure(browser, '/approvals');
  console.log(JSON.stringify({ queue, approval: await measure(browser, approval) }));
} finally {
  await browser.close();
}
