// Opens a page in Debian's chromium for bench/studio.py and prints its figures as one JSON object.
//
//   node bench/studio_page.mjs ADDRESS DRAWN [FOLLOWED SECONDS]
//
// ADDRESS holds the studio's token, if the page needs one. DRAWN is a selector: the page can be used once it matches. FOLLOWED is the part of
// the address behind # of the studio's log, whose lines begin with the seconds since 1970 at which they were written.
import { open } from '../tests/studio/browser.mjs';

const [address, drawn, followed, seconds] = process.argv.slice(2);
const browser = await open();
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } });
const page = await context.newPage();

/** Counts the frames that the page draws in some seconds, and finds the longest pause between two. */
const frames = (duration) =>
  page.evaluate(
    (length) =>
      new Promise((resolve) => {
        const [started, times] = [performance.now(), []];
        const step = (now) => {
          times.push(now);
          if (now - started < length * 1000) requestAnimationFrame(step);
          else {
            const gaps = times.slice(1).map((time, index) => time - times[index]);
            resolve({ perSecond: (gaps.length * 1000) / (times.at(-1) - times[0]), longest: Math.max(...gaps) });
          }
        };
        requestAnimationFrame(step);
      }),
    duration,
  );
const round = (value, digits = 0) => Number(value.toFixed(digits));

// The token's redirect is no part of a visit; the second one begins with the cookie and an empty cache.
if (address.includes('token=')) await page.goto(address.split('#')[0]);
const view = address.includes('token=') ? new URL(`studio/#${address.split('#')[1]}`, address).href : address;
await page.goto('about:blank');
await page.goto(view);
await page.waitForSelector(drawn, { state: 'attached', timeout: 120_000 });
const figures = await page.evaluate(() => ({
  first_paint_s: performance.getEntriesByName('first-contentful-paint')[0]?.startTime / 1000,
  interactive_s: performance.now() / 1000,
}));
for (const key of Object.keys(figures)) figures[key] = round(figures[key], 3);
if (followed) {
  const curves = await frames(Number(seconds));
  Object.assign(figures, { curves_frames_per_s: round(curves.perSecond, 1), curves_longest_frame_ms: round(curves.longest) });
  const opened = Date.now();
  await page.evaluate((place) => (location.hash = place), followed);
  await page.waitForSelector('.line');
  figures.log_open_s = round((Date.now() - opened) / 1000, 3);
  const [log, lags] = [frames(Number(seconds)), []];
  const ending = Date.now() + Number(seconds) * 1000;
  while (Date.now() < ending) {
    const written = await page.evaluate(() => Number([...document.querySelectorAll('.line')].at(-1)?.textContent.split(' ')[0]));
    if (written) lags.push(Date.now() / 1000 - written);
    await page.waitForTimeout(200);
  }
  const { perSecond, longest } = await log;
  lags.sort((a, b) => a - b);
  Object.assign(figures, {
    log_frames_per_s: round(perSecond, 1),
    log_longest_frame_ms: round(longest),
    log_lag_s: round(lags[Math.floor(lags.length / 2)], 2),
  });
}
const client = await context.newCDPSession(page);
await client.send('HeapProfiler.collectGarbage');
await client.send('Performance.enable');
const { metrics } = await client.send('Performance.getMetrics');
figures.page_mib = round(metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1048576, 1);
console.log(JSON.stringify(figures));
await browser.close();
