// A suite is a list of rows: each is a test, and a line of docs/conformance.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';

export const RESULTS = new URL('../../../target/conformance/', import.meta.url);

/**
 * @typedef {object} Row
 * @property {string} sdk package name, as its registry knows it
 * @property {string} version as installed
 * @property {string} flow what was called or carried out
 * @property {string} [browser] where there was one
 * @property {'passed' | 'failed'} result
 *
 * @typedef {(flow: string, story: () => Promise<void>) => void} AddRow
 */

// A gateway that hangs must be a failure and not a silence; the slowest row takes a few seconds on a busy machine.
const PATIENCE = 60_000;

/**
 * Declares the rows of one SDK. Its result file is written only when every row was run: what ran in part is not a result.
 * @param {{ file: string, sdk: string, version: string }} about
 * @param {(row: AddRow) => void} rows
 */
export function suite({ file, sdk, version }, rows) {
  forget(file);
  describe(`${sdk} ${version}`, { concurrency: 1 }, () => {
    /** @type {Row[]} */
    const results = [];
    let declared = 0;
    rows((flow, story) => {
      declared += 1;
      test(flow, { timeout: PATIENCE }, async () => {
        /** @type {Row} */
        const row = { sdk, version, flow, result: 'failed' };
        results.push(row);
        await story().catch((error) => {
          throw readable(error);
        });
        row.result = 'passed';
      });
    });
    after(() => {
      if (results.length === declared) save(file, results);
    });
  });
}

/** An AxiosError prints a page of sockets and the API key with it. @param {any} error */
function readable(error) {
  if (!error?.isAxiosError) return error;
  const { config, response } = error;
  return new Error(`${config?.method} ${config?.url}: ${response?.status} ${JSON.stringify(response?.data)}`);
}

/** A result of yesterday must not stand for a run that ended early. @param {string} file */
export function forget(file) {
  rmSync(new URL(file, RESULTS), { force: true });
}

/** @param {string} file @param {Row[]} results */
export function save(file, results) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(file, RESULTS), `${JSON.stringify(results, null, 2)}\n`);
}
