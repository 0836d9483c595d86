// Lays out the npm package: what `dist/` has, in a form that bundlers follow, and the element, its wrappers and types.
// Called by `cargo xtask package` as: node xtask/package.mjs OUT VERSION
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { published, table } from './integrity.mjs';
import { defined, readAll } from './locales/texts.mjs';
import { bringStyles } from './styles.mjs';

const [out, version] = process.argv.slice(2);
if (!out || !version) throw new Error('usage: package.mjs OUT VERSION');
const dist = join(out, 'dist');

/** Scripts and the name each has in the package. One that imports another finds it by that name, beside it. */
const SCRIPTS = {
  'loader.ts': 'repin.js',
  'language.ts': 'repin-language.js',
  'customise/customise.ts': 'repin-customise.js',
  'appearance/appearance.ts': 'repin-appearance.js',
  'mock/mock.ts': 'mock.js',
  'package/index.ts': 'index.js',
  'package/auto.ts': 'auto.js',
  'package/react.ts': 'react.js',
  'package/vue.ts': 'vue.js',
  'package/svelte.ts': 'svelte.js',
  'package/frame.ts': 'frame.js',
  'package/circle.ts': 'circle.js',
  'package/vite.ts': 'vite.js',
};
const LANGUAGES = readAll();
/** English is compiled in. */
const TAGS = [...LANGUAGES.keys()].filter((tag) => tag !== 'en');
const GLUE = 'repin_widget.js';
const WASM = 'repin_widget_bg.wasm';
const WALLET_GLUE = 'repin_wallet.js';
const WALLET = 'repin_wallet_bg.wasm';
const KERNELS = ['repin_kdf_simd.wasm', 'repin_kdf_scalar.wasm'];
const neighbours = new Map(Object.entries(SCRIPTS).map(([source, served]) => [resolve('npm/src', source), served]));

rmSync(out, { recursive: true, force: true });
mkdirSync(join(dist, 'locales'), { recursive: true });
manifest();
for (const tag of TAGS) {
  cpSync(`dist/locales/${tag}.json`, join(dist, `locales/${tag}.json`));
  writeFileSync(join(dist, `locales/${tag}.js`), `export default${readFileSync(`dist/locales/${tag}.json`, 'utf8')};`);
}
cpSync(`dist/${WASM}`, join(dist, WASM));
for (const name of [WALLET, ...KERNELS]) cpSync(`dist/${name}`, join(dist, name));
// Ours always gives it a module: it has no address of its own, for which each bundler would add the WASM once more.
cpSync(`dist/${GLUE}`, join(dist, GLUE));
await worker('worker.ts', 'repin-worker.js');
await worker('mock/worker.ts', 'repin-mock-worker.js');
cpSync('target/mock/repin_mock_bg.wasm', join(dist, 'repin_mock_bg.wasm'));
cpSync('dist/themes', join(dist, 'themes'), { recursive: true, filter: (path) => !path.endsWith('.br') });
for (const [source, served] of Object.entries(SCRIPTS)) await script(source, served);
await inline();
types();
elementManifests();
writeFileSync(join(dist, 'integrity.json'), published(dist));
writeFileSync(join(dirname(out), 'integrity.tsv'), table(out));

function manifest() {
  const described = JSON.parse(readFileSync('npm/package.json', 'utf8'));
  writeFileSync(join(out, 'package.json'), `${JSON.stringify({ ...described, version }, null, 2)}\n`);
  for (const file of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(file, join(out, file));
  cpSync('npm/README.md', join(out, 'README.md'));
}

/** The same of a wallet's, which has one. */
function walletGlue() {
  return once(readFileSync(`dist/${WALLET_GLUE}`, 'utf8'), /,void 0===(\w+)&&\(\1=new URL\("repin_\w+_bg\.wasm",import\.meta\.url\)\)/, '');
}

/** Whole, with the glue in it: a bundler then may move it like a picture, and Trusted Types see its address. */
async function worker(/** @type {string} */ source, /** @type {string} */ served) {
  await build({ ...options(), entryPoints: [join('npm/src', source)], outfile: join(dist, served), plugins: [given({ glue: true })] });
}

/** @param {string} source @param {string} served */
async function script(source, served) {
  const entry = join('npm/src', source);
  const outfile = join(dist, served);
  await build({ ...options(), entryPoints: [entry], outfile, external: ['react', 'vue'], plugins: [bringStyles('dist/repin.css'), given({}), keepNeighbours(resolve(entry))] });
  let code = readFileSync(outfile, 'utf8');
  if (served === 'repin.js') {
    // The second try is for browsers alone. esbuild takes such notes to bundlers away.
    code = once(code, /import\((?=[\w$]+\(new URL\("\.\/repin_widget\.js")/, 'import(/*webpackIgnore:true*//*turbopackIgnore:true*//*@vite-ignore*/');
  }
  if (served === 'index.js') code = once(code, /import\((?=new URL)/, 'import(/*webpackIgnore:true*//*turbopackIgnore:true*//*@vite-ignore*/');
  if (served === 'react.js') code = `"use client";${code}`;
  writeFileSync(outfile, code);
}

/** All in one file. */
async function inline() {
  await build({
    ...options(),
    entryPoints: ['npm/src/package/inline.ts'],
    outfile: join(dist, 'inline.js'),
    plugins: [bringStyles('dist/repin.css'), given({ glue: true, inline: true })],
  });
}

/**
 * What sources name and only the build has.
 *
 * @param {{ glue?: boolean, inline?: boolean }} what
 * @returns {import('esbuild').Plugin}
 */
function given({ glue: withGlue, inline: whole }) {
  return {
    name: 'given',
    setup(build) {
      build.onResolve({ filter: /repin_widget\.js$/ }, () => (withGlue ? { path: resolve(dist, GLUE) } : { path: `./${GLUE}`, external: true }));
      build.onResolve({ filter: /repin_wallet\.js$/ }, () => ({ path: WALLET_GLUE, namespace: 'given' }));
      build.onLoad({ filter: /^repin_wallet\.js$/, namespace: 'given' }, () => ({ contents: walletGlue(), loader: 'js' }));
      build.onResolve({ filter: /repin_mock\.js$/ }, () => ({ path: resolve('target/mock/repin_mock.js') }));
      if (whole) build.onResolve({ filter: /\/engine\.ts$/ }, () => ({ path: resolve('npm/src/package/inline_engine.ts') }));
      build.onResolve({ filter: /^repin:/ }, ({ path }) => ({ path, namespace: 'given' }));
      build.onLoad({ filter: /^repin:wasm$/, namespace: 'given' }, () => ({ contents: readFileSync(join(dist, WASM)), loader: 'base64' }));
      build.onLoad({ filter: /^repin:wallet$/, namespace: 'given' }, () => ({ contents: readFileSync(join(dist, WALLET)), loader: 'base64' }));
      for (const name of KERNELS) build.onLoad({ filter: new RegExp(`^repin:${name}$`), namespace: 'given' }, () => ({ contents: readFileSync(join(dist, name)), loader: 'base64' }));
      build.onLoad({ filter: /^repin:glue$/, namespace: 'given' }, async () => ({ contents: await glueAnew(), loader: 'js' }));
      build.onLoad({ filter: /^repin:worker$/, namespace: 'given' }, () => ({ contents: readFileSync(join(dist, 'repin-worker.js')), loader: 'text' }));
      build.onLoad({ filter: /\/given\.ts$/ }, () => ({ contents: "export const given = (module) => ({ module, wallet: new URL('./repin_wallet_bg.wasm', import.meta.url).href, argon2id: [" + KERNELS.map((name) => `new URL('./${name}', import.meta.url).href`) + '] });', loader: 'js' }));
      if (withGlue) build.onLoad({ filter: /\/worker_wallet_glue\.ts$/ }, () => ({ contents: "import * as own from './repin_wallet.js';\nexport const walletGlue = async () => own;", loader: 'js', resolveDir: resolve('npm/src') }));
      build.onResolve({ filter: /^\.\/locales\// }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /\/locale_file\.ts$/ }, () => ({ contents: whole ? localeScripts() : localeFiles(), loader: 'js' }));
    },
  };
}

/** The page's glue as a function: each call is one of its own, as under another address where it has one. */
async function glueAnew() {
  const { outputFiles: [{ text }] } = await build({ ...options(), entryPoints: [join(dist, GLUE)], format: 'iife', globalName: 'glue', write: false });
  return `export function begin() { ${text} return glue; }`;
}

/** Each address whole: bundlers follow literals alone. */
function localeFiles() {
  const urls = TAGS.map((tag) => `${JSON.stringify(tag)}: () => new URL(${JSON.stringify(`./locales/${tag}.json`)}, import.meta.url)`);
  return `const urls = { ${urls.join(', ')} };
    export async function localeFile(file) {
      const response = await fetch(urls[file]());
      if (!response.ok) throw new TypeError(\`\${file}: \${response.status}\`);
      return response.json();
    }`;
}

/** The same for bundlers that follow no addresses. */
function localeScripts() {
  const scripts = TAGS.map((tag) => `${JSON.stringify(tag)}: () => import(${JSON.stringify(`./locales/${tag}.js`)})`);
  return `const scripts = { ${scripts.join(', ')} };\nexport const localeFile = async (file) => (await scripts[file]()).default;`;
}

/** @param {string} entry @returns {import('esbuild').Plugin} */
function keepNeighbours(entry) {
  return {
    name: 'neighbours stay files of their own',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const source = resolve(resolveDir, path);
        const served = source === entry ? undefined : neighbours.get(source);
        return served ? { path: `./${served}`, external: true } : null;
      });
    },
  };
}

function types() {
  const folder = join(dist, 'types');
  execFileSync('tsc', ['--project', 'npm/tsconfig.json', '--outDir', folder], { stdio: 'inherit' });
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'))) {
    const path = join(folder, file);
    // TypeScript leaves the endings of sources, which a package does not have.
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(['"])(\.\.?\/[^'"]+)\.ts\1/g, '$1$2.js$1'));
  }
}

/** The element for editors and catalogues; JetBrains' form is made from the other. */
function elementManifests() {
  const text = readFileSync('npm/custom-elements.json', 'utf8');
  writeFileSync(join(dist, 'custom-elements.json'), text);
  const [{ declarations: [element] }] = JSON.parse(text).modules;
  /** @param {{ name: string, description?: string }[]} list */
  const named = (list) => list.map(({ name, description }) => ({ name, description }));
  const attributes = element.attributes.map((/** @type {any} */ { name, description, type }) => ({ name, description, value: { type: type.text } }));
  const { tagName: name, description, slots } = element;
  const made = {
    name,
    description,
    attributes,
    slots: named(slots),
    js: { events: named(element.events), properties: named(element.members.filter((/** @type {any} */ { kind }) => kind === 'field')) },
    css: { parts: named(element.cssParts), 'pseudo-classes': element.cssStates.map((/** @type {any} */ state) => ({ ...state, name: `state(${state.name})` })) },
  };
  const webTypes = { $schema: 'https://json.schemastore.org/web-types', name: 'repin', version, 'description-markup': 'markdown', contributions: { html: { elements: [made] } } };
  writeFileSync(join(dist, 'web-types.json'), `${JSON.stringify(webTypes, null, 2)}\n`);
}

/** @param {string} text @param {RegExp} wanted @param {string} instead */
function once(text, wanted, instead) {
  const found = text.match(new RegExp(wanted, 'g'))?.length ?? 0;
  if (found !== 1) throw new Error(`${wanted} is there ${found} times`);
  return text.replace(wanted, instead);
}

function options() {
  return /** @type {const} */ ({
    bundle: true,
    define: { ...defined(LANGUAGES), VERSION: JSON.stringify(version) },
    charset: 'utf8',
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    // The themes, in the module that puts them on.
    loader: { '.css': 'text' },
  });
}
