// A figure for docs/evidence.md: measured in this run, with what the check gave on purposely bad input.

/** Set for the long counts: `REPIN_EVIDENCE=long`. */
export const LONG = process.env.REPIN_EVIDENCE === 'long';

/** How many times something is done. @param {number} quick @param {number} long */
export const times = (quick, long) => (LONG ? long : quick);

/** A number as people read it. @param {number} number */
export const count = (number) => number.toLocaleString('en');

/**
 * One line, which `cargo xtask evidence` collects.
 *
 * @param {number} row
 * @param {string} figure
 * @param {string} control
 */
export function evidence(row, figure, control) {
  console.log(`evidence ${row}: ${figure} | control: ${control}`);
}
