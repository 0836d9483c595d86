// Subresource integrity (W3C SRI) of files. As a program, `node xtask/integrity.mjs PATH...`, it prints a line a file: path,
// length and hash between tabs.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `sha384-` and base64. @param {string | Uint8Array} bytes */
export const integrity = (bytes) => `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

/** Every file below a folder, by its path from there with `/`, in the order of the paths. @param {string} folder */
export function filesBelow(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/')).sort();
}

/** A line for each file below a folder. @param {string} folder */
export function table(folder) {
  const rows = filesBelow(folder).map((path) => {
    const bytes = readFileSync(join(folder, path));
    return `${path}\t${bytes.length}\t${integrity(bytes)}\n`;
  });
  return rows.join('');
}

/** What `integrity.json` holds: the hash of every file that a browser is sent, siblings that are compressed left out. @param {string} folder */
export function published(folder) {
  const paths = filesBelow(folder).filter((path) => !path.endsWith('.br') && path !== 'integrity.json');
  const entries = paths.map((path) => [path, integrity(readFileSync(join(folder, path)))]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of process.argv.slice(2)) {
    if (statSync(path).isDirectory()) process.stdout.write(table(path).replace(/^(?=.)/gm, `${path}/`));
    else process.stdout.write(`${path}\t${statSync(path).size}\t${integrity(readFileSync(path))}\n`);
  }
}
