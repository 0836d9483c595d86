// The widget's two instances of its module as a page has them, to be broken and to be counted.

/** Runs in the page, before any of its scripts: keeps every face's instance, and every worker and whether it was ended. */
export function watchEngines() {
  const page = /** @type {any} */ (window);
  Object.assign(page, { faces: [], workers: [] });
  const { instantiate } = WebAssembly;
  /** @type {any} */ (WebAssembly).instantiate = async (/** @type {any[]} */ ...args) => {
    const made = await instantiate.apply(WebAssembly, /** @type {any} */ (args));
    page.faces.push(/** @type {any} */ (made).instance ?? made);
    return made;
  };
  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = function () {
    /** @type {any} */ (this).ended = true;
    terminate.call(this);
  };
  window.Worker = new Proxy(Worker, {
    construct(target, args) {
      const worker = new target(.../** @type {[string]} */ (args));
      page.workers.push(worker);
      return worker;
    },
  });
}

/** All of their memory overwritten: whatever they do next is a trap. @param {import('puppeteer-core').Page} page that began with `watchEngines` */
export function breakFaces(page) {
  // The names of what the module exports are shortened.
  return page.evaluate(() => /** @type {any} */ (window).faces.forEach((/** @type {WebAssembly.Instance} */ { exports }) => {
    const memory = Object.values(exports).find((each) => each instanceof WebAssembly.Memory);
    new Uint8Array(/** @type {WebAssembly.Memory} */ (memory).buffer).fill(255);
  }));
}
