// `cargo xtask site` calls it. Nothing is fetched while it builds, and the pages fetch nothing from elsewhere.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { SECTIONS } from '../pages.mjs';

const TARGET = fileURLToPath(new URL('../../../target/', import.meta.url));
const base = process.env.REPIN_SITE_BASE ?? '/';

/** Pages that are made elsewhere and put beside these, where they have been built. */
const LIVE = [
  { text: 'Playground', folder: 'playground' },
  { text: 'Gallery', folder: 'gallery' },
].filter(({ folder }) => existsSync(`${TARGET}showroom/${folder}/index.html`));

export default defineConfig({
  base,
  // Below the folder that has the generator's packages, where its bundler looks for them.
  srcDir: 'staged',
  outDir: `${TARGET}site`,
  cacheDir: `${TARGET}site-cache`,
  lang: 'en-GB',
  title: 'Repin',
  titleTemplate: ':title · Repin',
  description: 'An open, self-hostable way back into a PIN-protected wallet: a WebAssembly widget and its gateway.',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }],
    ['meta', { name: 'theme-color', content: '#2f4fe0' }],
    ['link', { rel: 'alternate', type: 'text/plain', href: `${base}llms.txt`, title: 'llms.txt' }],
  ],
  markdown: {
    // The same anchors as the code host makes, so that one link works in both.
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    logo: { src: '/icon.svg', alt: '' },
    nav: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'API', link: '/api' },
      { text: 'Errors', link: '/errors' },
      ...LIVE.map(({ text, folder }) => ({ text, link: `${folder}/`, target: '_self', noIcon: true })),
      { text: 'Security', link: '/security' },
    ],
    sidebar: SECTIONS.map(({ text, pages }) => ({ text, items: pages.map(({ name, text }) => ({ text, link: `/${name}` })) })),
    outline: { level: [2, 3], label: 'On this page' },
    search: { provider: 'local', options: { detailedView: false } },
    docFooter: { prev: 'Before', next: 'Next' },
    darkModeSwitchLabel: 'Theme',
    externalLinkIcon: true,
  },
});

/** @param {string} heading */
function slugify(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
}
