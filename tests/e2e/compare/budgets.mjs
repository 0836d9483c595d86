// The budgets of the design: hard, and what it would be good to reach.

/** @typedef {import('./report.mjs').Measured} Measured */
/** @typedef {(values: number[]) => number} Median */

const [LOADER, WASM, GLUE, WORKER] = ['repin.js', 'repin_widget_bg.wasm', 'repin_widget.js', 'repin-worker.js'];
const KERNEL = 'repin_kdf_simd.wasm';

/** In KiB of brotli. `cargo xtask size` fails above the hard ones, which it has too. */
export const SIZES = [
  { what: 'First paint: loader, styles, English', files: [LOADER], hard: 6.5, stretch: 4.2 },
  { what: 'WASM (face and vault) and glue', files: [WASM, GLUE], hard: 115, stretch: 95 },
  { what: 'Total to finish a recovery', files: [LOADER, WASM, GLUE, WORKER, KERNEL], hard: 132, stretch: 110 },
];

/** @param {string} speed @param {(loaded: import('./load.mjs').Loaded) => number | undefined} read */
const ours = (speed, read) => (/** @type {Measured} */ { loaded }, /** @type {Median} */ median) => median(loaded[speed].Repin.map((run) => read(run) ?? Infinity));

/** @type {{ what: string, read: (measured: Measured, median: Median) => number, hard: number, stretch: number, unit: string }[]} */
export const TIMES = [
  { what: 'Shell drawn, Slow 4G', read: ours('Slow 4G', ({ shell }) => shell), hard: 700, stretch: 500, unit: 'ms' },
  { what: 'First question typeable, Slow 4G', read: ours('Slow 4G', ({ typeable }) => typeable), hard: 1800, stretch: 1400, unit: 'ms' },
  { what: 'First question typeable, Fast 4G', read: ours('Fast 4G', ({ typeable }) => typeable), hard: 800, stretch: 600, unit: 'ms' },
  { what: 'Opened to field focused, files there', read: ({ opened }, median) => median(opened), hard: 150, stretch: 80, unit: 'ms' },
  { what: 'Key to slot drawn, the longest of six', read: ({ slots }) => Math.max(...slots), hard: 50, stretch: 32, unit: 'ms' },
  { what: 'Total blocking time, Fast 4G', read: ours('Fast 4G', ({ blocked }) => blocked), hard: 100, stretch: 50, unit: 'ms' },
  { what: 'Cumulative layout shift, Fast 4G', read: ours('Fast 4G', ({ shifted }) => shifted), hard: 0, stretch: 0, unit: '' },
  { what: 'JavaScript and WASM memory before Argon2id, page and worker', read: ours('Fast 4G', ({ heap }) => heap), hard: 12, stretch: 12, unit: 'MB' },
];
