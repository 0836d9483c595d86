// The guide's commands, out of the guide. A block's mark says where it is run and what is to be seen:
//
//   <!-- run: guide on pin-1,pin-2 -->     on these machines, one after the other; it must end well
//   … fails                                it must be refused
//   … says WORDS                           it must print them, with any space between
//   … then enrol, … then recover           what it printed is a session, with which a person then does that
//   … after guess                          before it, somebody guesses until there is no try left
//   … while asked                          meanwhile the public name is asked all the time, and always answers
import { ofKind } from '../snippets/blocks.mjs';

/**
 * @typedef {object} Step
 * @property {string} at file and line
 * @property {string[]} machines
 * @property {string} code
 * @property {boolean} fails
 * @property {string} [says]
 * @property {'enrol' | 'recover'} [then]
 * @property {boolean} guessed
 * @property {boolean} asked
 */

const MARK = /^guide on ([\w,-]+)( fails)?(?: then (enrol|recover))?( after guess)?( while asked)?(?: says (.*))?$/;

/** All of them, in the order of the guide. */
export const steps = () => ofKind('guide').map(step);

/** One, from its block. @param {import('../snippets/blocks.mjs').Block} block @returns {Step} */
export function step({ at, code, what = '' }) {
  const match = MARK.exec(what);
  if (!match) throw new Error(`${at}: not a mark of the guide's: ${what}`);
  const [, machines, fails, then, guessed, asked, says] = match;
  return {
    at,
    machines: machines.split(','),
    code,
    fails: fails !== undefined,
    says,
    then: /** @type {Step['then']} */ (then),
    guessed: guessed !== undefined,
    asked: asked !== undefined,
  };
}
