// What the generator does not make: llms.txt, each page as Markdown beside its HTML, and the pages that are made
// elsewhere, put in their places.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECTIONS } from './pages.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STAGED = join(ROOT, 'docs/site/staged');
const SITE = join(ROOT, 'target/site');
const BASE = process.env.REPIN_SITE_BASE ?? '/';
/** Gallery, playground and what they need. */
const SHOWROOM = join(ROOT, 'target/showroom');
const ONWARD = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Errors</title><link rel="icon" href="data:,">
<script>location.replace('../errors.html' + location.hash)</script></head><body><a href="../errors.html">Errors, code by code</a></body></html>
`;

const SUMMARY = `# Repin

> An open, self-hostable way back into a PIN-protected wallet: a WebAssembly widget (Rust, Leptos) for the host's page and a
> gateway (Rust, SQLite or PostgreSQL) that speaks the PIN part of Circle's user-controlled wallet API. PIN and answers are
> proved with OPAQUE and stretched with Argon2id on the person's device; the gateway never sees either.

Two rules that every integration keeps: the session (userToken, encryptionKey, challengeId) comes from the app's own
backend and never stands in markup or a URL; and nothing is granted because of a callback in the browser: ask
GET /v1/w3s/user/challenges/{id}, or wait for the signed webhook.
`;

writeFileSync(join(SITE, 'llms.txt'), [SUMMARY, ...SECTIONS.map(section)].join('\n'));
for (const { name } of SECTIONS.flatMap(({ pages }) => pages)) copyFileSync(join(STAGED, `${name}.md`), join(SITE, `${name}.md`));
if (existsSync(SHOWROOM)) cpSync(SHOWROOM, SITE, { recursive: true });
// `docUrl` of an error names its page without an ending, which not every server finds.
mkdirSync(join(SITE, 'errors'), { recursive: true });
writeFileSync(join(SITE, 'errors/index.html'), ONWARD);

/** @param {{ text: string, pages: import('./pages.mjs').Page[] }} section */
function section({ text, pages }) {
  const lines = pages.map(({ name, text }) => `- [${text}](${BASE}${name}.md): ${gist(name)}`);
  return `## ${text}\n\n${lines.join('\n')}\n`;
}

/** The first sentence after the title. @param {string} name */
function gist(name) {
  const blocks = readFileSync(join(STAGED, `${name}.md`), 'utf8').replace(/<!--[^]*?-->/g, '').split(/\n{2,}/);
  const first = blocks.find((block) => /^[A-Z*`]/.test(block.trim())) ?? '';
  const plain = first.replaceAll('\n', ' ').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replace(/[*`]/g, '').trim();
  return /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, '.') ?? plain;
}
