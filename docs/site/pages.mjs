// The site's pages and their order. A page is `docs/<name>.md` unless it says where else it is.
import { existsSync } from 'node:fs';

/** @typedef {{ name: string, text: string, source: string }} Page */

const SECTIONS_OF_NAMES = {
  Start: [
    ['quick-start', 'Quick start'],
    ['embedding', 'Ways to embed, and what each protects'],
    ['backend', 'What your backend does'],
    ['testing', 'Testing your integration'],
    ['mock', 'The mock'],
    ['production', 'Going to production'],
  ],
  'Make it yours': [
    ['theming', 'Theming'],
    ['customisation', 'Circle’s customisation'],
    ['languages', 'Languages'],
    ['screens', 'Every screen'],
  ],
  Reference: [
    ['api', 'API of the package'],
    ['errors', 'Errors, code by code'],
    ['failures', 'When something fails'],
    ['circle-api', 'REST API'],
    ['webhooks', 'Webhooks'],
    ['frame', 'The frame'],
    ['planbok', 'Moving from Planbok'],
    ['protocol', 'The protocol repin/1'],
  ],
  Operate: [
    ['installing', 'Installing a gateway, command by command'],
    ['operating', 'Operating a gateway'],
    ['security-headers', 'Security headers'],
    ['magic', 'Wallets that Magic holds (legacy)'],
    ['recoveries', 'Recoveries of wallets, and their tests'],
    ['migrating-from-circle', 'Coming from Circle'],
    ['changelog', 'Changelog', 'CHANGELOG.md'],
  ],
  'Trust, but check': [
    ['security', 'What it protects against', 'SECURITY.md'],
    ['evidence', 'Evidence'],
    ['comparison', 'Compared with others'],
    ['performance', 'How fast it is'],
    ['load', 'The gateway under load'],
    ['consumers', 'Apps it was tried in'],
    ['conformance', 'Conformance, call by call'],
    ['dependencies', 'Dependencies'],
    ['accessibility', 'Accessibility'],
    ['architecture', 'Architecture', 'ARCHITECTURE.md'],
    ['contributing', 'Contributing', 'CONTRIBUTING.md'],
  ],
};

/** @type {{ text: string, pages: Page[] }[]} */
export const SECTIONS = Object.entries(SECTIONS_OF_NAMES).map(([text, pages]) => ({
  text,
  pages: pages
    .map(([name, text, source = `docs/${name}.md`]) => ({ name, text, source }))
    .filter(({ source }) => existsSync(new URL(`../../${source}`, import.meta.url))),
}));

/** @type {Page[]} */
export const PAGES = [{ name: 'index', text: 'Home', source: 'docs/site/index.md' }, ...SECTIONS.flatMap(({ pages }) => pages)];

/** Links to these files of the repository become links to what the site has instead. */
export const INSTEAD = { 'README.md': 'index', 'docs/README.md': 'index' };
