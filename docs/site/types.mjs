// Reads what TypeScript sources export, with the comments that stand above it: names, signatures, members. It parses only.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * @typedef {{ name: string, kind: 'function' | 'interface' | 'type', text: string, doc: string, from: string[], members: Member[] }} Exported
 * @typedef {{ name: string, type: string, optional: boolean, doc: string }} Member
 */

/** @param {string} path @returns {Exported[]} in the order of the file */
export function exportsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  /** @type {Exported[]} */
  const found = [];
  for (const node of source.statements) {
    const isExported = ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) continue;
    if (ts.isFunctionDeclaration(node) && node.name) {
      const body = node.body?.pos ?? node.end;
      const head = line(source.text.slice(node.getStart(), body)).replace(/^export (async )?/, '');
      found.push({ name: node.name.text, kind: 'function', text: head, doc: doc(node), from: [], members: [] });
    }
    if (ts.isVariableStatement(node)) {
      for (const { name, type } of node.declarationList.declarations) {
        found.push({ name: name.getText(), kind: 'function', text: `const ${name.getText()}: ${line(type?.getText() ?? '')}`, doc: doc(node), from: [], members: [] });
      }
    }
    if (ts.isInterfaceDeclaration(node)) {
      const from = node.heritageClauses?.flatMap(({ types }) => types.map((type) => type.getText())) ?? [];
      found.push({ name: node.name.text, kind: 'interface', text: '', doc: doc(node), from, members: node.members.map(member) });
    }
    if (ts.isTypeAliasDeclaration(node)) {
      found.push({ name: node.name.text, kind: 'type', text: node.getText().replace(/^export /, ''), doc: doc(node), from: [], members: [] });
    }
  }
  return found;
}

/** The words at the head of a file. @param {string} path */
export function opening(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines.slice(0, end).map((line) => line.replace(/^\/\/ ?/, '')).join(' ');
}

/** @param {ts.TypeElement} node @returns {Member} */
function member(node) {
  const name = node.name?.getText().replace(/^'|'$/g, '') ?? '';
  const optional = !!node.questionToken;
  const type = ts.isMethodSignature(node)
    ? `(${node.parameters.map((each) => line(each.getText())).join(', ')}) => ${line(node.type?.getText() ?? 'void')}`
    : line(/** @type {ts.PropertySignature} */ (node).type?.getText() ?? '');
  return { name, type, optional, doc: doc(node) };
}

/** @param {ts.Node} node */
function doc(node) {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return line(ts.getTextOfJSDocComment(comment?.comment) ?? '');
}

/** @param {string} text */
function line(text) {
  return text.replace(/\s+/g, ' ').trim();
}
