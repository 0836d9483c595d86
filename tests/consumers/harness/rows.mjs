// The rows of docs/consumers.md, as the run writes them.
import { mkdirSync, writeFileSync } from 'node:fs';

export const RESULTS = new URL('../../../target/consumers/results/', import.meta.url);

/**
 * @typedef {object} Row
 * @property {string} app
 * @property {string} versions
 * @property {'build' | 'dev'} mode
 * @property {string} browser
 * @property {'passed' | 'failed'} result
 * @property {number} [page] bytes of brotli before anyone asks for the widget
 * @property {number} [recovery] bytes of brotli from there to the first question
 * @property {string} note
 */

export class Rows {
  /** @type {Row[]} */
  #rows = [];

  /** @param {string} name of the result file */
  constructor(name) {
    this.name = name;
  }

  /** Runs it, and notes how it went. @param {Omit<Row, 'result' | 'page' | 'recovery'>} row @param {() => Promise<import('./recovery.mjs').Weight | void>} work */
  async add(row, work) {
    try {
      const weight = await work();
      this.#rows.push({ ...row, result: 'passed', ...weight });
    } catch (error) {
      this.#rows.push({ ...row, result: 'failed' });
      throw error;
    }
  }

  write() {
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(new URL(this.name, RESULTS), `${JSON.stringify(this.#rows, null, 2)}\n`);
  }
}
