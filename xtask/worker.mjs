// The vault's worker with its glue in it: one request in place of two, one after the other, before the vault can say a word to
// the gateway. It costs 2 KB, for the page needs the glue as well.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** One function of those that the module imports, as wasm-bindgen writes it. */
const IMPORT = /^        \w+: function\([^]*?^        \}(, arguments\); \})?,\n/gm;
/** What a function that only the face calls does: to documents and elements, of which a worker has none, or to the face's options. */
const OF_THE_FACE = new RegExp([
  String.raw`\barg\d\.(${[
    'activeElement|addEventListener|appendChild|click|closest|contains|createElement|createElementNS|createTextNode|document|focus',
    'insertBefore|inputType|isComposing|isConnected|key|keyCode|matches|nextSibling|parentElement|preventDefault|querySelector|relatedTarget',
    'remove|removeAttribute|removeEventListener|repeat|selectionEnd|selectionStart|setAttribute|setProperty|setRangeText|style|textContent',
    'format|formatToParts|select',
    'apiBase|canRenew|closesAfterMs|ended|handsOver|locale|messages|needsSession|origin|questions|recoveryWays|requiredQuestions|startWorker|step',
  ].join('|')})\b`,
  String.raw`instanceof (HTML\w+|InputEvent|Node|Window)\b`,
  String.raw`new (Intl\.\w+|Blob)\b`,
].join('|'));
/** Fewer would mean that wasm-bindgen writes its glue in another way. */
const AT_LEAST = 40;

/**
 * For esbuild: where the glue is that `worker.ts` imports. What the module imports for the face is not in it: in its place stands a
 * function that fails.
 *
 * @param {string} glue path of wasm-bindgen's script
 * @returns {import('esbuild').Plugin}
 */
export function ownGlue(glue) {
  return {
    name: 'the worker brings its glue',
    setup(build) {
      build.onResolve({ filter: /\/repin_widget\.js$/ }, () => ({ path: resolve(glue) }));
      build.onLoad({ filter: /\/repin_widget\.js$/ }, () => ({ contents: withoutFace(readFileSync(glue, 'utf8')), loader: 'js' }));
    },
  };
}

/** @param {string} glue @returns {string} */
function withoutFace(glue) {
  let dropped = 0;
  const vaults = glue.replace(IMPORT, (whole) => (OF_THE_FACE.test(whole) ? ((dropped += 1), '') : whole));
  // By its own name, or by the short one that it is released with.
  const given = /(?<=^ +)(a|"\.\/repin_widget_bg\.js"): import0,/m;
  if (dropped < AT_LEAST || !given.test(glue)) throw new Error('another version of wasm-bindgen writes its imports in another way');
  const missing = "() => { throw Error('no page') }";
  return vaults.replace(given, (_, module) => `${module}: new Proxy(import0, { get: (all, name) => all[name] ?? (${missing}) }),`);
}
