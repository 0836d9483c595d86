// The page as `trunk build` makes it, for developers: it starts the widget and its worker.
import { test } from 'node:test';
import { launch, openPage } from '../harness/browser.mjs';
import { serveFiles } from '../harness/files.mjs';
import { find } from '../harness/find.mjs';
import { fill, press } from '../harness/host.mjs';

test('the page that Trunk built runs the widget, which finds no gateway here and says so', async () => {
  const [files, browser] = await Promise.all([serveFiles(['target/trunk']), launch('chromium')]);
  try {
    const { page } = await openPage(browser);
    await page.goto(files.url);
    await fill(page, 'User token', 'none');
    await fill(page, 'Encryption key', Buffer.alloc(32).toString('base64'));
    await fill(page, 'Challenge ID', '00000000-0000-4000-8000-000000000000');
    const widget = await press(page);
    await widget.shows('offline.title');
    await find(page, 'button', 'Try again');
  } finally {
    await browser.close();
    files.close();
  }
});
