// Gallery and playground as static files, for the documentation's site or any web server: node xtask/showroom.mjs FOLDER,
// which holds repin/ (scripts, sheet, languages) and gallery/repin_gallery* already.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (!folder) throw new Error('usage: showroom.mjs FOLDER');

const tags = readdirSync(join(folder, 'repin/locales')).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
/** @type {import('esbuild').CommonOptions} */
const options = { minify: true, charset: 'utf8', target: 'es2022', legalComments: 'none', logLevel: 'warning', define: { TAGS: JSON.stringify(tags) } };

await build({ ...options, entryPoints: ['showroom/showroom.css'], outfile: join(folder, 'showroom.css') });
for (const page of ['gallery', 'playground', 'stage']) {
  const out = join(folder, page);
  mkdirSync(out, { recursive: true });
  cpSync(`showroom/${page}/index.html`, join(out, 'index.html'));
  await build({ ...options, format: 'esm', bundle: true, external: ['../repin/*', './repin_gallery.js'], entryPoints: [`showroom/${page}/${page}.ts`], outfile: join(out, `${page}.js`) });
  await build({ ...options, entryPoints: [`showroom/${page}/${page}.css`], outfile: join(out, `${page}.css`) });
}
for (const name of readdirSync('target/mock').filter((name) => /^repin[_-]mock.*\.(js|wasm)$/.test(name))) {
  cpSync(join('target/mock', name), join(folder, 'repin', name));
}
