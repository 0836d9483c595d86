// `cargo xtask bench page`: enrolment, recovery and change of a PIN, on a processor as it is and slowed down four times.
// Prints the longest task of the main thread for each, and the time from the last digit to "done".
//
// What decides is the W3C Long Tasks API, in runs without a trace: a task of 50 ms or more in the page, Argon2id in the
// worker beside it. A trace costs time of its own, most where much happens, and so reports tasks that nobody ever waits
// for. The API's clock runs on while the machine works for somebody else, so one long task may be a neighbour's: it counts
// when most runs of a flow have one at the same place, which is where a task of ours would come in every run.
//
// The API says nothing below its 50 ms. Further runs are traced, with nothing but the tasks' bounds, to print how long the
// longest was on the processor, which a neighbour prolongs least. On a machine that is busy (its load is printed) only
// that figure is worth something.
import { loadavg } from 'node:os';
import { launch } from './harness/browser.mjs';
import { Gateway } from './harness/gateway.mjs';
import { Hand, observe } from './harness/hand.mjs';
import { fillIn, press } from './harness/host.mjs';
import { enrolled } from './harness/story.mjs';
import { t } from './harness/widget.mjs';

const RUNS = 5;
const TRACED_RUNS = 3;
const SLOWER = 4;
/** From here on a task delays a key press noticeably (RAIL), and the Long Tasks API tells of it. */
const LIMIT_MS = 50;
/** Tells our page's process from the browser's own pages in the trace. */
const MARK = 'repin-bench';

/** @typedef {'INITIALIZE' | 'RESTORE_PIN' | 'CHANGE_PIN'} Flow @type {Flow[]} */
const FLOWS = ['INITIALIZE', 'RESTORE_PIN', 'CHANGE_PIN'];

const gateway = await Gateway.start();
const browser = await launch('chromium');
let tooLong = 0;
try {
  const person = await enrolled({ gateway, browser, secrets: {} });
  for (const slower of [1, SLOWER]) {
    console.log(`processor ${slower}x slower, ${RUNS} runs of each flow, limit ${LIMIT_MS} ms, machine's load ${loadavg()[0].toFixed(1)}:`);
    for (const flow of FLOWS) tooLong += await measure(flow, person, slower);
  }
} finally {
  await browser.close();
  await gateway.end();
}
process.exitCode = tooLong ? 1 : 0;

/**
 * Runs a flow several times and prints what came of it.
 *
 * @param {Flow} flow
 * @param {import('./harness/story.mjs').Person} person
 * @param {number} slower
 * @returns {Promise<number>} at how many places most runs had a long task
 */
async function measure(flow, person, slower) {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await once(flow, person, slower));
  const traced = [];
  for (let run = 0; run < TRACED_RUNS; run += 1) traced.push((await once(flow, person, slower, { traced: true })).task);
  console.log(`  ${flow}`);
  const places = byPlace(runs);
  for (const [place, found] of places) {
    console.log(`    long tasks ${place}: in ${found.length} of ${RUNS} runs, ${found.map(ms).join(', ')}`);
  }
  if (!places.size) console.log('    no long task');
  const task = traced.toSorted((a, b) => a.cpu - b.cpu)[Math.floor(TRACED_RUNS / 2)];
  console.log(`    longest on the processor   ${ms(task.cpu)}, median of ${TRACED_RUNS} (${ms(task.ms)} long; ${task.place})`);
  const times = runs.map(({ lastDigitToDone }) => lastDigitToDone);
  // In an enrolment the questions come after the last digit.
  if (flow !== 'INITIALIZE') console.log(`    last digit to done, median ${ms(median(times))} (all: ${times.map(ms).join(', ')})`);
  return [...places.values()].filter((found) => found.length * 2 > RUNS).length;
}

/** The longest task of each run at each place where there was one. @param {import('./harness/hand.mjs').Observed[]} runs @returns {Map<string, number[]>} */
function byPlace(runs) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  for (const { longTasks, titles } of runs) {
    const longest = /** @type {Map<string, number>} */ (new Map());
    for (const { at, ms } of longTasks) longest.set(where(at, titles), Math.max(ms, longest.get(where(at, titles)) ?? 0));
    for (const [place, ms] of longest) places.set(place, [...(places.get(place) ?? []), ms]);
  }
  return places;
}

/**
 * @param {Flow} flow
 * @param {import('./harness/story.mjs').Person} person whose PIN it changes
 * @param {number} slower
 */
async function once(flow, person, slower, { traced = false } = {}) {
  const userId = flow === 'INITIALIZE' ? await gateway.user() : person.userId;
  const session = await gateway.session(userId);
  const challengeId = await gateway.challenge(session, flow);
  // A page that nobody watches: the tests' observers cost time of their own.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(observe);
  await fillIn(page, gateway, session, challengeId);
  await page.emulateCPUThrottling(slower);
  if (traced) await page.tracing.start({ categories: ['toplevel', 'blink.user_timing'] });
  // From the press of Execute on, so with everything that the widget loads and compiles.
  const start = await page.evaluate((mark) => (/** @type {any} */ (window).repinBench.start(), performance.mark(mark).startTime), MARK);
  await press(page, { delay: 60 });
  const done = await go(new Hand(page), flow, person);
  /** @type {import('./harness/hand.mjs').Observed} */
  const observed = await page.evaluate(() => /** @type {any} */ (window).repinBench.observed());
  const trace = traced ? await page.tracing.stop() : undefined;
  await context.close();
  const task = { ms: 0, cpu: 0, at: 0, ...(trace && longestOf(JSON.parse(Buffer.from(trace).toString()).traceEvents)) };
  const place = where(start + task.at, observed.titles);
  return { ...observed, lastDigitToDone: observed.titles[done] - observed.lastDigit, task: { ...task, place } };
}

/** @param {Hand} hand @param {Flow} flow @param {import('./harness/story.mjs').Person} person @returns {Promise<string>} the last title */
async function go(hand, flow, person) {
  const pin = person.pin === '518306' ? '264907' : '518306';
  if (flow === 'RESTORE_PIN') await hand.answer(person.answers);
  if (flow === 'CHANGE_PIN') await hand.pin('current.title', person.pin);
  const [chosen, again] = flow === 'INITIALIZE' ? ['first.title', 'confirm_first.title'] : ['new.title', 'confirm.title'];
  await hand.pin(chosen, pin);
  await hand.shows(again);
  await hand.typePin(again, pin);
  // By key, for a pointer takes its time to get there.
  await hand.page.keyboard.press('Enter');
  const title = flow === 'INITIALIZE' ? 'done_all.title' : 'done_restore.title';
  if (flow === 'INITIALIZE') await hand.chooseQuestions(person.answers.map((answer, question) => ({ question, answer })));
  else person.pin = pin;
  await hand.shows(title);
  return t(title);
}

/**
 * The task of the page's main thread that took the processor longest.
 *
 * @param {any[]} events of a trace
 * @returns {{ ms: number, cpu: number, at: number }} in milliseconds: how long it was, how long the processor worked on it,
 *   and when it began after our mark
 */
function longestOf(events) {
  const own = events.find(({ name }) => name === MARK);
  /** @param {any} event */
  const ours = ({ pid, tid, ph, name, ts }) =>
    own && pid === own.pid && tid === own.tid && ph === 'X' && name === 'ThreadControllerImpl::RunTask' && ts >= own.ts;
  const [task] = events.filter(ours).sort((a, b) => b.tdur - a.tdur);
  if (!task) throw new Error('the trace has no task of the page');
  return { ms: task.dur / 1000, cpu: task.tdur / 1000, at: (task.ts - own.ts) / 1000 };
}

/** After which title a task came. @param {number} at @param {Record<string, number>} titles */
function where(at, titles) {
  const last = Object.entries(titles).filter(([, drawn]) => drawn <= at).sort(([, a], [, b]) => b - a)[0];
  return last ? `after "${last[0]}"` : 'before the first screen';
}

/** @param {number} value */
function ms(value) {
  return `${value.toFixed(0)} ms`;
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
