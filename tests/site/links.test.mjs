// Every link, picture and anchor of the built site leads somewhere, under the path it was built for. The generator itself
// looks at links between pages, and not at anchors, pictures, plain HTML or other files.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BASE, SITE, fileAt, pages } from './site.mjs';

const PAGES = new Map(pages().map((path) => [path, readFileSync(/** @type {string} */ (fileAt(path)), 'utf8')]));
const LINK = /<(?:a|img|link|script|source)\b[^>]*?\s(?:href|src)="([^"]+)"/g;

test('the site has its pages', () => assert.ok(PAGES.size >= 20, `only ${[...PAGES.keys()]}`));

for (const [path, html] of PAGES) {
  test(`every link of ${path} leads somewhere`, () => {
    const links = [...html.matchAll(LINK)].map(([, link]) => link.replaceAll('&amp;', '&'));
    assert.ok(links.length > 5);
    assert.deepEqual([...new Set(links)].map((link) => problem(path, link)).filter(Boolean), []);
  });
}

test('a link and an anchor that lead nowhere are found: the control', () => {
  const page = `${BASE}index.html`;
  assert.match(problem(page, './nowhere.html') ?? '', /no such file/);
  assert.match(problem(page, '/index.html') ?? '', /no such file/);
  assert.match(problem(page, './errors.html#nothing') ?? '', /no such anchor/);
});

test('llms.txt names every page, and each is there as Markdown', () => {
  const links = [...readFileSync(`${SITE}/llms.txt`, 'utf8').matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
  assert.equal(links.length, PAGES.size - 1);
  assert.deepEqual(links.filter((link) => !fileAt(link)), []);
});

/** @param {string} page @param {string} link @returns {string | undefined} */
function problem(page, link) {
  if (link.startsWith('data:image/')) return undefined;
  const url = new URL(link, `http://host${page}`);
  if (url.host !== 'host') return url.protocol.startsWith('http') ? undefined : `${link}: of ${url.protocol}`;
  const file = fileAt(url.pathname);
  if (!file) return `${link}: no such file`;
  if (!url.hash || !file.endsWith('.html')) return undefined;
  const id = decodeURIComponent(url.hash.slice(1));
  return readFileSync(file, 'utf8').includes(`id="${id}"`) ? undefined : `${link}: no such anchor`;
}
