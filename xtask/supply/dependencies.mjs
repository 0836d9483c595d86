// What the widget and the gateway name as dependencies of their own: the tables of docs/dependencies.md, from `cargo metadata`.
import { execFileSync } from 'node:child_process';

/** @typedef {{ name: string, id: string, version: string, license: string | null, description: string | null, source: string | null }} Crate */
/** @typedef {{ id: string, deps: { pkg: string, dep_kinds: { kind: string | null }[] }[] }} Node */

/** Of each, the crates of ours that are built into it. */
const PARTS = {
  widget: ['repin', 'repin-argon2id', 'repin-core', 'repin-vault'],
  gateway: ['repin-core', 'repin-server'],
};

/** What the core names for the gateway and for tests alone: its feature `argon2id`. */
const NOT_IN_THE_WIDGET = ['argon2'];

/** A table for each part: crate, version, licence, who names it. @param {string} root @returns {Record<string, string>} */
export function dependencyTables(root) {
  const words = ['metadata', '--format-version', '1', '--locked', '--offline'];
  const text = execFileSync('cargo', words, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  /** @type {{ packages: Crate[], resolve: { nodes: Node[] } }} */
  const { packages, resolve } = JSON.parse(text);
  const crates = new Map(packages.map((crate) => [crate.id, crate]));
  return Object.fromEntries(Object.entries(PARTS).map(([part, ours]) => [part, table(ours, crates, resolve.nodes)]));
}

/** @param {string[]} ours @param {Map<string, Crate>} crates @param {Node[]} nodes */
function table(ours, crates, nodes) {
  /** @type {Map<string, string[]>} */
  const namedBy = new Map();
  for (const { id, deps } of nodes) {
    const owner = crates.get(id)?.name ?? '';
    if (!ours.includes(owner)) continue;
    for (const { pkg, dep_kinds } of deps) {
      // What tests and build scripts name is not shipped.
      const shipped = dep_kinds.some(({ kind }) => kind === null) && crates.get(pkg)?.source;
      const elsewhere = ours === PARTS.widget && NOT_IN_THE_WIDGET.includes(crates.get(pkg)?.name ?? '');
      if (shipped && !elsewhere) namedBy.set(pkg, [...(namedBy.get(pkg) ?? []), owner]);
    }
  }
  const rows = [...namedBy].map(([id, owners]) => {
    const crate = /** @type {Crate} */ (crates.get(id));
    return `| \`${crate.name}\` | ${crate.version} | ${crate.license ?? 'none named'} | ${owners.sort().map((owner) => `\`${owner}\``).join(', ')} |\n`;
  });
  return `| Crate | Version | Licence | Named by |\n|---|---|---|---|\n${rows.sort().join('')}`;
}
