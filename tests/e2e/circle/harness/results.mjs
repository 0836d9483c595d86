// What ran and how it ended, for the table in the documentation: one JSON object a line in target/conformance/web.json.
import { appendFileSync, mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { VERSION } from './app.mjs';

const FOLDER = new URL('../../../../target/conformance/', import.meta.url);

/**
 * A test whose outcome is written down.
 *
 * @param {string} browser
 * @param {string} flow
 * @param {() => Promise<void>} story
 */
export function flow(browser, flow, story) {
  test(flow, async () => {
    let result = 'failed';
    try {
      await story();
      result = 'passed';
    } finally {
      mkdirSync(FOLDER, { recursive: true });
      const line = { sdk: '@circle-fin/w3s-pw-web-sdk', version: VERSION, flow, browser, result };
      appendFileSync(new URL('web.json', FOLDER), `${JSON.stringify(line)}\n`);
    }
  });
}
