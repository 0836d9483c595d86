// docs/api.md, from the package's own description: its entries, the types it exports, and the manifest of its element.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportsOf, opening } from './types.mjs';

/** Entries for tools, of which there is nothing to call. */
const FILES = ['wasm', 'locales/*', 'custom-elements.json', 'web-types.json', 'package.json'];

/** @param {string} npm folder of the package's sources @returns {string} */
export function apiPage(npm) {
  const { exports: entries } = JSON.parse(readFileSync(join(npm, 'package.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(join(npm, 'custom-elements.json'), 'utf8'));
  const element = manifest.modules.flatMap((/** @type {any} */ module) => module.declarations).find((/** @type {any} */ one) => one.customElement);
  const functions = exportsOf(join(npm, 'src/package/index.ts')).filter(({ kind }) => kind === 'function');
  const types = exportsOf(join(npm, 'src/types.ts'));
  return [
    '<!-- Made by `cargo xtask reference` from npm/: change it there. -->',
    '# API of the package',
    'What the npm package `repin` exports, made from its types and from the manifest of its element. How to put it into a page: [quick start](quick-start.md).',
    '## Entries',
    table(['Import', 'What'], Object.keys(entries).map((entry) => [code(entry.replace(/^\.(\/|$)/, (_, slash) => `repin${slash}`)), about(npm, entry)])),
    '## Functions',
    'Of `repin`. Importing it does nothing, and works where there is no DOM.',
    ...functions.flatMap(({ name, text, doc }) => [`### ${name}`, fence(text), doc]),
    '## The element',
    `\`<${element.tagName}>\`, once \`repin/auto\` is imported or \`define()\` called. ${element.description}`,
    '### Attributes',
    table(['Attribute', 'Values', 'What'], element.attributes.map(attribute)),
    '### Properties and methods',
    table(['Name', 'Type', 'What'], element.members.map(member)),
    '### Events',
    'They bubble. No detail has a PIN, an answer, a token or a key in it.',
    table(['Event', 'Detail', 'When'], element.events.map((/** @type {any} */ { name, type, description }) => [`<a id="${name}"></a>${code(name)}`, code(type?.text), description])),
    '### Slots',
    table(['Slot', 'Where'], element.slots.map(named)),
    '### Parts',
    'For `::part()` in your style sheet, where a [token](theming.md) is not enough.',
    table(['Part', 'What'], element.cssParts.map(named)),
    '### States',
    'For `:state()` in your style sheet.',
    table(['State', 'When'], element.cssStates.map(named)),
    '## Types',
    ...types.flatMap(type),
  ].join('\n\n').concat('\n');
}

/** @param {import('./types.mjs').Exported} exported */
function type({ name, kind, text, doc, from, members }) {
  const first = `### ${name}`;
  if (kind === 'type') return [first, doc, fence(text)].filter(Boolean);
  const base = from.map((one) => `Everything of \`${one}\`, and:`);
  const rows = members.map(({ name, type, optional, doc }) => [code(name + (optional ? '?' : '')), code(type), doc]);
  return [first, doc, ...base, table(['Member', 'Type', 'What'], rows)].filter(Boolean);
}

/** The words at the head of an entry's source, without its name. @param {string} npm @param {string} entry */
function about(npm, entry) {
  const name = entry.replace(/^\.\/?/, '') || 'index';
  if (FILES.includes(name)) return 'a file for tools and bundlers';
  const source = ['ts', 'tsx'].map((end) => join(npm, 'src/package', `${name}.${end}`)).find(existsSync);
  return source ? opening(source).replace(/^`[^`]+`[:,]? ?/, '').replace(/^for /, 'For ') : 'types alone';
}

/** @param {any} attribute */
function attribute({ name, type, default: usual, description }) {
  return [code(name), code(type?.text) + (usual ? `, ${code(usual.replaceAll('"', ''))} unless given` : ''), description];
}

/** @param {any} member */
function member({ kind, name, static: isStatic, type, parameters = [], return: returned, description, attribute }) {
  const list = parameters.map((/** @type {any} */ { name, optional, type }) => `${name}${optional ? '?' : ''}: ${type?.text}`).join(', ');
  const shown = kind === 'method' ? `(${list}) => ${returned?.type?.text ?? 'void'}` : (type?.text ?? '');
  return [code(isStatic ? `static ${name}` : name), code(shown), description ?? (attribute ? `the attribute ${code(attribute)}` : '')];
}

/** @param {{ name: string, description: string }} one */
function named({ name, description }) {
  return [code(name), description];
}

/** By the long name, for `ts` is what a reader may copy. @param {string} text */
function fence(text) {
  return `\`\`\`typescript\n${text}\n\`\`\``;
}

/** @param {string | undefined} text */
function code(text) {
  return text ? `\`${text.replaceAll('|', '\\|')}\`` : '';
}

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  const line = (/** @type {(string | undefined)[]} */ cells) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  return [line(head), line(head.map(() => '---')).replaceAll(' ', ''), ...rows.map(line)].join('\n');
}
