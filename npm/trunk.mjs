// The part of the page that Trunk does not build: scripts and styles, under the names that index.html copies.
// `node npm/trunk.mjs FOLDER`. Released builds go through xtask/assets.mjs instead.
import { build } from 'esbuild';

const outdir = process.argv[2];
if (!outdir) throw new Error('usage: trunk.mjs FOLDER');

const NAMES = { loader: 'repin', worker: 'repin-worker', page: 'page', 'customise/customise': 'repin-customise' };
const options = /** @type {const} */ ({ bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning', sourcemap: 'inline' });

for (const [source, served] of Object.entries(NAMES)) {
  await build({
    ...options,
    entryPoints: [`npm/src/${source}.ts`],
    outfile: `${outdir}/${served}.js`,
    plugins: [{ name: 'neighbours stay files of their own', setup: keepNeighbours }],
  });
}
await build({
  stdin: { contents: '@import "./tokens.css"; @import "./widget.css";', resolveDir: 'style', loader: 'css' },
  outfile: `${outdir}/repin.css`,
  bundle: true,
});
await build({ entryPoints: ['style/page.css'], outfile: `${outdir}/page.css`, bundle: true });

/** @param {import('esbuild').PluginBuild} build */
function keepNeighbours(build) {
  build.onResolve({ filter: /(repin_widget\.js|loader\.ts|customise\.ts)$/ }, ({ path, kind }) => {
    if (kind === 'entry-point') return null;
    const served = path.endsWith('loader.ts') ? 'repin' : path.endsWith('customise.ts') ? 'repin-customise' : 'repin_widget';
    return { path: `./${served}.js`, external: true };
  });
}
