// The part of the page that Trunk does not build: scripts and styles, under the names that index.html copies.
// `node npm/trunk.mjs FOLDER`. Released builds go through xtask/assets.mjs instead.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { defined, pack, readAll } from '../xtask/locales/texts.mjs';
import { bringStyles } from '../xtask/styles.mjs';

const outdir = process.argv[2];
if (!outdir) throw new Error('usage: trunk.mjs FOLDER');

const NAMES = {
  loader: 'repin',
  language: 'repin-language',
  worker: 'repin-worker',
  page: 'page',
  'customise/customise': 'repin-customise',
  'appearance/appearance': 'repin-appearance',
};
const neighbours = new Map(Object.entries(NAMES).map(([source, served]) => [basename(source), served]));
const languages = readAll();
const english = /** @type {import('../xtask/locales/texts.mjs').Tree} */ (languages.get('en'));
const options = /** @type {const} */ ({ define: defined(languages), bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning', sourcemap: 'inline' });

await build({
  stdin: { contents: '@import "./tokens.css"; @import "./widget.css";', resolveDir: 'style', loader: 'css' },
  outfile: `${outdir}/repin.css`,
  bundle: true,
});
for (const [source, served] of Object.entries(NAMES)) {
  await build({
    ...options,
    entryPoints: [`npm/src/${source}.ts`],
    outfile: `${outdir}/${served}.js`,
    loader: { '.css': 'text' },
    plugins: [{ name: 'neighbours stay files of their own', setup: keepNeighbours }, bringStyles(`${outdir}/repin.css`)],
  });
}
mkdirSync(`${outdir}/locales`, { recursive: true });
execFileSync('cargo', ['xtask', 'kernels', outdir], { stdio: 'inherit' });
for (const [tag, tree] of languages) writeFileSync(`${outdir}/locales/${tag}.json`, JSON.stringify(pack(english, tree)));
await build({ entryPoints: ['style/page.css'], outfile: `${outdir}/page.css`, bundle: true });

/** @param {import('esbuild').PluginBuild} build */
function keepNeighbours(build) {
  build.onResolve({ filter: /^\./ }, ({ path, kind }) => {
    if (kind === 'entry-point') return null;
    const name = basename(path).replace(/\.[jt]s$/, '');
    const served = name === 'repin_widget' ? name : neighbours.get(name);
    return served ? { path: `./${served}.js`, external: true } : null;
  });
}
