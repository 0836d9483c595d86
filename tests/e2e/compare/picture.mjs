// One load as a picture: what was on the line, what the page's thread and the worker's did, and what a person saw. Pure.

const WIDTH = 960;
const LEFT = 225;
const RIGHT = 20;
const ROW = 22;
const TOP = 46;
/** By what a task was. They tell apart in either theme and by more than hue: the legend has them in this order of lightness. */
const COLOURS = /** @type {Record<string, string>} */ ({ script: '#c2690a', wasm: '#7a3fb5', layout: '#2a7f4f', document: '#1f6fb2', browser: '#8a8f98' });
const WAITING = '#b9c4d6';
const RECEIVING = '#3d5f97';

/**
 * @typedef {object} Load in milliseconds since the navigation began
 * @property {import('./load.mjs').Loaded['sent']} sent
 * @property {import('./trace.mjs').Task[]} page
 * @property {import('./trace.mjs').Task[]} worker
 * @property {[string, number][]} marks
 */

/** @param {string} title @param {Load} load @returns {string} SVG */
export function picture(title, { sent, page, worker, marks }) {
  const end = Math.max(...marks.map(([, at]) => at), ...sent.map(({ last }) => last).filter(Number.isFinite)) + 20;
  const x = (/** @type {number} */ at) => LEFT + (Math.min(at, end) / end) * (WIDTH - LEFT - RIGHT);
  const bar = (/** @type {number} */ row, /** @type {number} */ from, /** @type {number} */ to, /** @type {string} */ colour) =>
    `<rect x="${x(from).toFixed(1)}" y="${TOP + row * ROW + 4}" width="${Math.max(x(to) - x(from), 0.8).toFixed(1)}" height="${ROW - 8}" fill="${colour}"/>`;
  const name = (/** @type {number} */ row, /** @type {string} */ words) => `<text x="${LEFT - 8}" y="${TOP + row * ROW + 15}" text-anchor="end">${escaped(words)}</text>`;
  const files = sent.flatMap(({ path, bytes, after, first, last }, row) => [
    name(row, `${short(path)} ${(bytes / 1024).toFixed(1)} KiB`),
    bar(row, after, first, WAITING),
    bar(row, first, last, RECEIVING),
  ]);
  const threads = [['the page’s thread', page], ['the worker’s thread', worker]].flatMap(([words, tasks], index) => {
    const row = sent.length + index;
    const drawn = /** @type {import('./trace.mjs').Task[]} */ (tasks).filter(({ from }) => from < end);
    return [name(row, /** @type {string} */ (words)), ...drawn.map(({ from, to, kind }) => bar(row, from, to, COLOURS[kind]))];
  });
  const bottom = TOP + (sent.length + 2) * ROW;
  const ticks = Array.from({ length: Math.floor(end / 100) + 1 }, (_, n) => n * 100).flatMap((at) => [
    `<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${TOP}" y2="${bottom}" stroke="#8a8f98" stroke-opacity=".3"/>`,
    `<text x="${x(at).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${at}</text>`,
  ]);
  const seen = marks.flatMap(([words, at], index) => [
    `<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${TOP - 4}" y2="${bottom}" stroke="currentColor" stroke-dasharray="4 3"/>`,
    `<text x="${(x(at) - 4).toFixed(1)}" y="${TOP - 8 - (index % 2) * 14}" text-anchor="end" font-weight="bold">${escaped(words)} ${at.toFixed(0)} ms</text>`,
  ]);
  const legend = [['waiting', WAITING], ['receiving', RECEIVING], ...Object.entries(COLOURS)];
  const keys = legend.flatMap(([words, colour], index) => [
    `<rect x="${LEFT + index * 100}" y="${bottom + 28}" width="12" height="12" fill="${colour}"/>`,
    `<text x="${LEFT + index * 100 + 17}" y="${bottom + 38}">${words}</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 50}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    '<style>svg { color: #1c2430; background: #fff } text { fill: currentColor } @media (prefers-color-scheme: dark) { svg { color: #e6e9ef; background: #161b22 } }</style>',
    ...ticks,
    ...files,
    ...threads,
    ...seen,
    ...keys,
    '</svg>',
    '',
  ].join('\n');
}

/** @param {string} path */
function short(path) {
  return path.replace(/\/v1\/repin\/challenges\/.*/, 'the gateway’s answer').replace(/^\//, '');
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
