// Whether two pictures show the same. What only smoothing did is no difference; a colour, a place or a shape is one.
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

/** Pixels that may differ: text is drawn a little differently from one release of the browser to the next. */
const SPARE = 16;
/** How far two colours may be apart, from 0 to 1 of pixelmatch's measure. */
const THRESHOLD = 0.04;

/**
 * @param {Buffer} accepted PNG
 * @param {Buffer} taken PNG
 * @returns {{ same: boolean, why: string, diff?: Buffer }}
 */
export function compare(accepted, taken) {
  const [one, other] = [PNG.sync.read(accepted), PNG.sync.read(taken)];
  const { width, height } = one;
  if (width !== other.width || height !== other.height) {
    return { same: false, why: `${other.width} × ${other.height} pixels, was ${width} × ${height}` };
  }
  const diff = new PNG({ width, height });
  const pixels = pixelmatch(one.data, other.data, diff.data, width, height, { threshold: THRESHOLD });
  return { same: pixels <= SPARE, why: `${pixels} pixels differ`, diff: PNG.sync.write(diff) };
}
