// Turns scripts, styles, texts and the page into what a browser loads, and compresses everything once.
// Called by `cargo xtask widget` as: node xtask/assets.mjs GLUE_FOLDER DIST dev|release, and by `cargo xtask showroom` with
// `showroom`: as released, with the pseudo-languages, and uncompressed.
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { PSEUDO, problems } from './locales/check.mjs';
import { pseudo } from './locales/pseudo.mjs';
import { defined, pack, readAll } from './locales/texts.mjs';
import { published } from './integrity.mjs';
import { bringStyles } from './styles.mjs';
import { ownGlue } from './worker.mjs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { minify } from 'terser';

const [made, dist, mode] = process.argv.slice(2);
if (!made || !dist || !mode) throw new Error('usage: assets.mjs GLUE_FOLDER DIST dev|release|showroom');
const release = mode !== 'dev';

/** Scripts of ours and the name each is served under. One that imports another finds it by that name, beside it. */
const SCRIPTS = {
  'loader.ts': 'repin.js',
  'language.ts': 'repin-language.js',
  'page.ts': 'page.js',
  'customise/customise.ts': 'repin-customise.js',
  'appearance/appearance.ts': 'repin-appearance.js',
  'frame/frame.ts': 'frame.js',
  'redirect/redirect.ts': 'redirect.js',
};
/**
 * V8 reads this first line and compiles all of the file while it comes in, on another thread. Its way otherwise, each
 * function at its first call, was a sixth of the page's first long task.
 */
const AT_ONCE = '//# allFunctionsCalledOnLoad\n';
const NAMES = new Map(Object.entries(SCRIPTS).map(([source, served]) => [basename(source, '.ts'), served]));
const LANGUAGES = readAll();
const ENGLISH = /** @type {import('./locales/texts.mjs').Tree} */ (LANGUAGES.get('en'));
// For developers and tests alone.
if (mode !== 'release') for (const tag of PSEUDO) LANGUAGES.set(tag, pseudo(ENGLISH, tag));
/** What compresses. Pictures are compressed already. */
const TEXT = /\.(js|css|html|json|svg|wasm)$/;

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'locales'), { recursive: true });
await glue();
await styles();
await scripts();
await worker();
locales();
page();
if (release) await tighten();
framed(hash());
writeFileSync(join(dist, 'integrity.json'), published(dist));
if (mode !== 'showroom') compress();

async function glue() {
  for (const [name, first] of [['repin_widget', AT_ONCE], ['repin_wallet', '']]) {
    const text = readFileSync(join(made, `${name}.js`), 'utf8');
    const { code } = await transform(name === 'repin_widget' ? begunByOne(text) : text, options('js'));
    writeFileSync(join(dist, `${name}.js`), first + code);
    cpSync(join(made, `${name}_bg.wasm`), join(dist, `${name}_bg.wasm`));
  }
  for (const name of ['repin_kdf_simd.wasm', 'repin_kdf_scalar.wasm']) cpSync(join(made, name), join(dist, name));
}

/**
 * The page's engine compiles the module itself: of the ways to begin with an address, a request, a reply or bytes none is left.
 *
 * @param {string} glue of wasm-bindgen @returns {string}
 */
function begunByOne(glue) {
  const imports = '__wbg_get_imports()';
  const [load, sync, init] = ['async function __wbg_load(', 'function initSync(', 'async function __wbg_init('].map((text) => glue.indexOf(text));
  const known = ['let wasmModule', 'function __wbg_finalize_init(instance, module)', `const imports = ${imports}`, '__wbg_init as default'];
  if (!load || !sync || !init || load < 0 || sync < load || init < sync || known.some((text) => !glue.includes(text))) throw new Error('another version of wasm-bindgen begins in another way');
  // The npm package's worker is made of this file, too, and begins at once.
  return `${glue.slice(0, load)}export ${glue.slice(sync, init)}export default async function ({ module_or_path: module }) {
    return wasm ?? __wbg_finalize_init(await WebAssembly.instantiate(module, ${imports}), module);
  }`;
}

async function scripts() {
  for (const [source, served] of Object.entries(SCRIPTS)) {
    await build({
      entryPoints: [join('npm/src', source)],
      outfile: join(dist, served),
      bundle: true,
      plugins: [{ name: 'neighbours stay files of their own', setup: keepNeighbours }, bringStyles(join(dist, 'repin.css'))],
      ...options(),
      // Of the sheets that a script carries, the rules and not the comments.
      loader: { '.css': 'text' },
    });
  }
}

/** Read like the glue that is in it, all at once. */
async function worker() {
  await build({
    entryPoints: ['npm/src/worker.ts'],
    outfile: join(dist, 'repin-worker.js'),
    bundle: true,
    banner: { js: AT_ONCE },
    plugins: [ownGlue(join(made, 'repin_widget.js'))],
    ...options(),
  });
}

/** @param {import('esbuild').PluginBuild} build */
function keepNeighbours(build) {
  build.onResolve({ filter: /^\./ }, ({ path, kind }) => {
    if (kind === 'entry-point') return null;
    if (basename(path) === 'repin_widget.js') return { path: './repin_widget.js', external: true };
    const served = NAMES.get(basename(path).replace(/\.[jt]s$/, '')) ?? [...NAMES.values()].find((name) => name === basename(path));
    return served ? { path: `./${served}`, external: true } : null;
  });
}

async function styles() {
  await build({
    stdin: { contents: '@import "./tokens.css"; @import "./widget.css";', resolveDir: 'style', loader: 'css' },
    outfile: join(dist, 'repin.css'),
    bundle: true,
    ...options(),
  });
  // The page's own dress, where it has one; the widget never loads it.
  for (const sheet of ['page.css', ...readdirSync('style/themes').map((name) => `themes/${name}`)]) {
    await build({ entryPoints: [join('style', sheet)], outfile: join(dist, sheet), bundle: true, ...options() });
  }
}

function locales() {
  for (const [tag, tree] of LANGUAGES) {
    const wrong = problems(ENGLISH, tag, tree);
    if (wrong.length) throw new Error(`locales/${tag}.json:\n  ${wrong.join('\n  ')}`);
    writeFileSync(join(dist, 'locales', `${tag}.json`), JSON.stringify(pack(ENGLISH, tree)));
  }
}

/** index.html serves Trunk and the gateway: here its notes to Trunk go. */
function page() {
  const html = readFileSync('index.html', 'utf8')
    .replace(/^\s*<link[^>]*\bdata-trunk\b[^>]*\brel="(rust|copy-dir|copy-file)"[^>]*>\n?/gm, '')
    .replace(/\s+data-trunk(="[^"]*")?(?=[\s>])/g, '');
  writeFileSync(join(dist, 'index.html'), html);
}

/** Of all files: another as soon as one of them is another. */
function hash() {
  const sum = createHash('sha256');
  for (const file of files(dist)) sum.update(`${relative(dist, file)}\0`).update(readFileSync(file)).update('\0');
  return sum.digest('hex').slice(0, 16);
}

/**
 * The pages that only a gateway serves: whoever comes back finds what they name in the browser's cache, and asks for nothing.
 *
 * @param {string} hash which the gateway reads from hash.txt
 */
function framed(hash) {
  for (const [source, served] of [['frame/frame.html', 'frame.html'], ['redirect/redirect.html', 'redirect.html']]) {
    const html = readFileSync(join('npm/src', source), 'utf8');
    writeFileSync(join(dist, served), html.replace(/src="\//, `src="/files/${hash}/`));
  }
  writeFileSync(join(dist, 'hash.txt'), hash);
}

/** A second minifier, which folds functions into their only callers: 3 % of the loader, and with it the rarest of its cards. */
async function tighten() {
  for (const file of files(dist).filter((file) => file.endsWith('.js'))) {
    // Nothing of ours asks a function for its prototype, or calls one with `new`.
    const compress = { passes: 3, unsafe_arrows: true, unsafe_methods: true, toplevel: false };
    // V8 reads some comments that begin so; they stand first.
    const { code } = await minify(readFileSync(file, 'utf8'), { module: true, ecma: 2020, compress, format: { comments: /^# / } });
    if (code === undefined) throw new Error(`${file}: nothing is left of it`);
    writeFileSync(file, code);
  }
}

/** The gateway serves the sibling as it is. `xtask size` reads the table. */
function compress() {
  const rows = files(dist).map((file) => {
    const bytes = readFileSync(file);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const brotli = brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: release ? 11 : 1,
        [constants.BROTLI_PARAM_LGWIN]: 22,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
    writeFileSync(`${file}.br`, brotli);
    return [relative(dist, file), bytes.length, gzip, brotli.length].join('\t');
  });
  const table = join(dirname(made), 'sizes.tsv');
  writeFileSync(table, `${rows.join('\n')}\n`);
}

/** @param {string} folder @returns {string[]} */
function files(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .filter((file) => TEXT.test(file))
    .sort();
}

/** @param {import('esbuild').Loader} [loader] @returns {import('esbuild').CommonOptions & { loader?: any }} */
function options(loader) {
  return { define: defined(LANGUAGES), charset: 'utf8', format: 'esm', target: 'es2022', minify: release, legalComments: 'none', logLevel: 'warning', ...(loader && { loader }) };
}
