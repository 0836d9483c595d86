// Somebody at the widget: the shipped vault, run natively (crates/server/examples/person.rs).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PERSON =
  process.env.REPIN_PERSON ?? fileURLToPath(new URL('../../../target/debug/examples/person', import.meta.url));

/** What the person chose at enrolment. */
export const PIN = '493817';
export const ANSWERS = ['St. Mary’s School', '19880327'];

/**
 * @typedef {object} Typed what the person types, when asked
 * @property {string[]} [pins] the current PIN, one entry for each try
 * @property {string[][]} [answers] one list for each try
 * @property {string} [newPin]
 * @property {string[]} [newAnswers]
 *
 * @typedef {{ screen: string, code?: number, until?: number }} End
 */

/**
 * Carries out a challenge and says on which screen the person ended. What they type goes through standard input, for any
 * process can read a command line.
 * @param {{ gateway: string, userToken: string, encryptionKey: string, challengeId: string }} session
 * @param {Typed} typed
 * @returns {Promise<End>}
 */
export async function live(session, typed) {
  const person = spawn(PERSON, { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = new Promise((_, reject) => person.once('error', reject));
  person.stdin.end(`${JSON.stringify({ ...session, ...typed })}\n`);
  const chunks = await Promise.race([person.stdout.toArray(), gone]);
  return JSON.parse(Buffer.concat(/** @type {Buffer[]} */ (chunks)).toString());
}
