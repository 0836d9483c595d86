// The WebAssembly memories of a page and of its worker, in either browser. No driver looks into a worker of Firefox; so the
// test's host page keeps every memory that is made in it before any script of the product runs, and serves the worker's
// script behind one that does the same. What is searched is the product's own files.
//
// The product ends the worker, and with it its memory. Here `terminate` is held back, so that what the vault left behind
// can be searched: what it does not wipe itself would also be there while a slow page keeps the worker alive.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ownGlue } from '../../../xtask/worker.mjs';
import { until } from './find.mjs';

/** @typedef {import('./secrets.mjs').Needle} Needle */
/** @typedef {'page' | 'worker'} Thread */

const FILES = new URL('../../../', import.meta.url);
const script = (/** @type {string} */ body) => ({ headers: { 'content-type': 'text/javascript', 'cache-control': 'no-store' }, body });

/**
 * Lets a host application serve the widget with its worker behind ours.
 *
 * @param {import('./app.mjs').App} app
 * @param {string} [widget] folder of another build's glue and module
 */
export async function lendMemories(app, widget) {
  app.rules.clear();
  app.rules.set('lent-memory.js', () => script(`(${lend})();(${listen})();`));
  app.rules.set('own-worker.js', () => script(readFileSync(new URL('dist/repin-worker.js', FILES), 'utf8')));
  app.rules.set('repin-worker.js', () => script(`import './lent-memory.js'; import './own-worker.js';`));
  if (!widget) return;
  // Its worker has its glue in it, as the shipped one has.
  const glue = fileURLToPath(new URL(`${widget}/repin_widget.js`, FILES));
  const entry = fileURLToPath(new URL('npm/src/worker.ts', FILES));
  const made = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm', plugins: [ownGlue(glue)] });
  app.rules.set('own-worker.js', () => script(made.outputFiles[0].text));
  app.rules.set('repin_widget.js', () => script(readFileSync(new URL(`${widget}/repin_widget.js`, FILES), 'utf8')));
  app.rules.set('repin_widget_bg.wasm', () => ({
    headers: { 'content-type': 'application/wasm' },
    body: readFileSync(new URL(`${widget}/repin_widget_bg.wasm`, FILES)),
  }));
}

/** Both threads' memories, while the worker's end is held back. */
export class Memories {
  /** Of each needle, what stood there before anyone typed. @type {Map<string, number>} */
  #before = new Map();

  /** @param {import('puppeteer-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** To be called before the page's scripts. @param {import('puppeteer-core').Page} page */
  static async hold(page) {
    await page.evaluateOnNewDocument(lend);
    await page.evaluateOnNewDocument(holdWorkers);
  }

  /** How many memories each thread has, and how large they are together. @returns {Promise<Record<Thread, { memories: number, bytes: number }>>} */
  async sizes() {
    return { page: await this.#ask('page', 'sizes'), worker: await this.#ask('worker', 'sizes') };
  }

  /** Notes what of the needles is in the product's own code or texts. @param {Needle[]} needles */
  async calibrate(needles) {
    for (const thread of /** @type {Thread[]} */ (['page', 'worker'])) {
      const counts = await this.#ask(thread, 'search', needles.map(({ bytes }) => bytes));
      needles.forEach(({ bytes }, index) => this.#before.set(`${thread} ${bytes}`, counts[index]));
    }
  }

  /**
   * What of the needles is there, and was not before.
   *
   * @param {Needle[]} needles
   * @param {Thread[]} [threads]
   * @returns {Promise<string[]>} thread, name and spelling, each once
   */
  async search(needles, threads = ['page', 'worker']) {
    const found = new Set();
    for (const thread of threads) {
      const counts = await this.#ask(thread, 'search', needles.map(({ bytes }) => bytes));
      needles.forEach(({ name, bytes }, index) => {
        if (counts[index] > (this.#before.get(`${thread} ${bytes}`) ?? 0)) found.add(`${thread}: ${name}`);
      });
    }
    return [...found];
  }

  /** Puts bytes at the end of a thread's memory: the control that a search must catch. @param {Thread} thread @param {number[]} bytes */
  async plant(thread, bytes) {
    await this.#ask(thread, 'plant', bytes);
  }

  /** The browser has no more random numbers for the worker: the next that the vault needs is a trap. */
  async breakWorker() {
    await this.#ask('worker', 'break');
  }

  /** Until the product ends the worker. */
  async ended() {
    await until('the widget ends the worker', () => this.page.evaluate(() => /** @type {any} */ (window).heldWorkers.ended()));
  }

  /** Lets the product's own call through; when this returns, worker and memory are no more. */
  async release() {
    await this.page.evaluate(() => /** @type {any} */ (window).heldWorkers.release());
  }

  /** @param {Thread} thread @param {string} what @param {unknown} [value] @returns {Promise<any>} */
  #ask(thread, what, value) {
    // As one text, which a driver passes on much quicker than thousands of numbers.
    const json = JSON.stringify(value ?? null);
    return this.page.evaluate((thread, what, json) => /** @type {any} */ (window)[thread === 'page' ? 'lentMemory' : 'heldWorkers'].ask(what, JSON.parse(json)), thread, what, json);
  }
}

/** Runs in a page or a worker, before the product's scripts: keeps the memory of every instance that is made. */
function lend() {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  const keep = (/** @type {WebAssembly.Instance} */ instance) => {
    memories.push(.../** @type {any[]} */ (Object.values(instance.exports)).filter((value) => value instanceof WebAssembly.Memory));
    return instance;
  };
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = /** @type {any} */ (async (/** @type {[any, any]} */ ...args) => {
    const made = /** @type {any} */ (await instantiate(...args));
    keep(made.instance ?? made);
    return made;
  });
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct: (instance, args) => keep(/** @type {WebAssembly.Instance} */ (Reflect.construct(instance, args))),
  });

  /** One pass over all bytes, whatever is searched for. @param {number[][]} needles */
  const search = (needles) => {
    const counts = needles.map(() => 0);
    const begins = new Uint8Array(1 << 16);
    const pair = (/** @type {ArrayLike<number>} */ bytes, /** @type {number} */ at) => bytes[at] | (bytes[at + 1] << 8);
    for (const needle of needles) begins[pair(needle, 0)] = 1;
    for (const { buffer } of memories) {
      const memory = new Uint8Array(buffer);
      const last = memory.length - 1;
      for (let at = 0; at < last; at += 1) {
        if (!begins[memory[at] | (memory[at + 1] << 8)]) continue;
        needles.forEach((needle, index) => {
          if (needle.every((byte, offset) => memory[at + offset] === byte)) counts[index] += 1;
        });
      }
    }
    return counts;
  };
  /** @type {Record<string, (value: any) => any>} */
  const answers = {
    search,
    sizes: () => ({ memories: memories.length, bytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) }),
    plant: (bytes) => {
      const memory = new Uint8Array(memories[0].buffer);
      memory.set(bytes, memory.length - bytes.length);
    },
    break: () => {
      Object.defineProperty(crypto, 'getRandomValues', { value: () => { throw new Error('no random numbers'); } });
    },
  };
  Object.assign(globalThis, { lentMemory: { ask: (/** @type {string} */ what, /** @type {any} */ value) => answers[what](value) } });
}

/** Runs in the worker: answers the page beside the product's own messages, and holds a lock for as long as it lives. */
function listen() {
  void navigator.locks.request('lent-memory', () => new Promise(() => {}));
  const channel = new BroadcastChannel('lent-memory');
  channel.onmessage = ({ data: { id, what, value } }) => {
    if (what) channel.postMessage({ id, answer: /** @type {any} */ (globalThis).lentMemory.ask(what, value) });
  };
}

/** Runs in the page, before its scripts: holds the end of its worker back, and speaks with the worker. */
function holdWorkers() {
  const { terminate } = Worker.prototype;
  /** @type {Worker | undefined} */
  let ended;
  Worker.prototype.terminate = function () {
    ended = this;
  };
  const channel = new BroadcastChannel('lent-memory');
  let asked = 0;
  Object.assign(window, {
    heldWorkers: {
      ended: () => ended !== undefined,
      /** The lock is free when its holder is no more. */
      async release() {
        if (ended) terminate.call(ended);
        await navigator.locks.request('lent-memory', () => {});
      },
      ask: (/** @type {string} */ what, /** @type {any} */ value) =>
        new Promise((resolve) => {
          const id = (asked += 1);
          const hear = (/** @type {MessageEvent} */ { data }) => {
            if (data.id !== id || data.what) return;
            channel.removeEventListener('message', hear);
            resolve(data.answer);
          };
          channel.addEventListener('message', hear);
          channel.postMessage({ id, what, value });
        }),
    },
  });
}
