// A picture as a PNG with a palette (W3C PNG, colour type 3): a third of the bytes. pngjs reads such files and cannot write
// them. 256 colours are kept: the most frequent, and then each time the one that is farthest
// from all that are kept. What is left are shades of smoothing, and a shade beside one that is kept.
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const MOST = 256;
const FREQUENT = 64;

/** @param {Buffer} png without transparency @returns {Buffer} */
export function indexed(png) {
  const { width, height, data } = PNG.sync.read(png);
  /** @type {Map<number, number>} */
  const counts = new Map();
  const colour = (/** @type {number} */ pixel) => data.readUInt32BE(pixel * 4) >>> 8;
  for (let pixel = 0; pixel < width * height; pixel += 1) counts.set(colour(pixel), (counts.get(colour(pixel)) ?? 0) + 1);
  // A tie is broken by the colour itself, so that the same picture gives the same bytes.
  const colours = [...counts].sort(([one, many], [other, more]) => more - many || one - other).map(([colour]) => colour);
  const kept = choose(colours);
  const places = new Map(colours.map((colour) => [colour, nearest(colour, kept)]));

  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    // Each row begins with its filter: none.
    rows[pixel + Math.floor(pixel / width) + 1] = places.get(colour(pixel)) ?? 0;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const palette = Buffer.from(kept.flatMap(parts));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** @param {number} colour @returns {number[]} */
const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

/** @param {number} one @param {number} other */
function distance(one, other) {
  const [[red, green, blue], [r, g, b]] = [parts(one), parts(other)];
  return (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2;
}

/** @param {number[]} colours the most frequent first @returns {number[]} */
function choose(colours) {
  const kept = colours.slice(0, FREQUENT);
  const far = colours.map((colour) => Math.min(...kept.map((other) => distance(colour, other))));
  while (kept.length < MOST) {
    const farthest = far.reduce((best, value, at) => (value > far[best] ? at : best), 0);
    if (far[farthest] === 0) break;
    kept.push(colours[farthest]);
    for (const [at, colour] of colours.entries()) far[at] = Math.min(far[at], distance(colour, colours[farthest]));
  }
  return kept;
}

/** @param {number} colour @param {number[]} kept @returns {number} its place */
function nearest(colour, kept) {
  return kept.reduce((best, other, at) => (distance(colour, other) < distance(colour, kept[best]) ? at : best), 0);
}

/** @param {string} name @param {Buffer} data */
function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
