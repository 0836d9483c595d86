// What Chromium's own trace says of one load: when the page's thread and the worker's were at work, and on what.

/** As `page.tracing` takes them. */
export const CATEGORIES = ['devtools.timeline', 'v8', 'v8.wasm', 'disabled-by-default-devtools.timeline', '__metadata', 'blink.user_timing'];

/** What a task is called by, from the names of the trace. The first that it has inside says what it was. @type {[string, RegExp][]} */
const KINDS = [
  ['script', /^(EvaluateScript|FunctionCall|TimerFire|RunMicrotasks|HandlePostMessage|v8\.(run|evaluateModule|compileModule|compile))$/],
  ['wasm', /^(v8\.wasm|wasm)/],
  ['layout', /^(Layout|UpdateLayoutTree|PrePaint|Paint|Layerize|Commit)$/],
  ['document', /^(ParseHTML|ParseAuthorStyleSheet|CommitLoad)$/],
];
/** Shorter than this nobody sees it in a picture, in milliseconds. */
const SHORT_MS = 1;

/** @typedef {{ from: number, to: number, kind: string }} Task in milliseconds since the navigation began */
/** @typedef {{ name: string, ph: string, ts: number, dur?: number, pid: number, tid: number, args?: any }} Event */

/**
 * @param {Event[]} events
 * @returns {{ page: Task[], worker: Task[] }}
 */
export function tasks(events) {
  const named = (/** @type {RegExp} */ name) => events.filter((event) => event.name === 'thread_name' && name.test(event.args.name));
  const start = events.filter(({ name, args }) => name === 'navigationStart' && args?.data?.documentLoaderURL?.includes('ours.html')).at(-1);
  if (!start) throw new Error('the trace has no navigation');
  const [main] = named(/^CrRendererMain$/).filter(({ pid }) => pid === start.pid);
  const workers = named(/^DedicatedWorker/).filter(({ pid }) => pid === start.pid);
  const of = (/** @type {Event[]} */ threads) => threads.flatMap((thread) => busy(events.filter(({ pid, tid }) => pid === thread.pid && tid === thread.tid), start.ts));
  return { page: of([main]), worker: of(workers) };
}

/** @param {Event[]} events of one thread @param {number} start in microseconds @returns {Task[]} */
function busy(events, start) {
  const whole = events.filter(({ name, ph, dur = 0, ts }) => ph === 'X' && /RunTask$/.test(name) && dur >= SHORT_MS * 1000 && ts >= start);
  return whole.map(({ ts, dur = 0 }) => {
    const inside = events.filter((event) => event.ph === 'X' && event.ts >= ts && event.ts < ts + dur);
    /** @type {Map<string, number>} */
    const spent = new Map();
    for (const { name, dur = 0 } of inside) {
      const kind = KINDS.find(([, names]) => names.test(name))?.[0];
      if (kind) spent.set(kind, (spent.get(kind) ?? 0) + dur);
    }
    const [kind] = [...spent].toSorted((a, b) => b[1] - a[1])[0] ?? ['browser'];
    return { from: (ts - start) / 1000, to: (ts + dur - start) / 1000, kind };
  });
}
