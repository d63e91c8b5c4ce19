// What axe has against a page that is serious or worse, and whether it fits its width.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

export async function serious(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return bad.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}

/** Nothing serious in both colours, wide and narrow, and nothing sticks out. `what` is what it is called where it fails. */
export async function isFine(page, what) {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      assert.deepEqual(await serious(page), [], `${what}, ${colorScheme}, ${width} pixels`);
      await page.evaluate(() => scrollTo(0, 0));
      if (process.env.REEL_LOOK) await page.screenshot({ path: `${process.env.REEL_LOOK}/${what.replaceAll(' ', '-')}-${colorScheme}-${width}.png`, fullPage: true });
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 0, `${what}: ${over} pixels stick out at ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
}
