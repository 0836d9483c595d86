// Reads what a page sent without believing anything about it: own data properties alone, by the names we know, so that
// prototypes, getters, cycles and a million unknown keys are never touched.

/** Collects what was ignored. Bounded, for what is ignored may be endless. */
export class Warnings {
  readonly lines: string[] = [];

  add(name: string, reason: string): undefined {
    if (this.lines.length < 60) this.lines.push(`${name}: ${reason}`);
    return undefined;
  }
}

/** An own data property; `undefined` for anything else, also when asking throws. */
export function own(node: unknown, key: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  try {
    // A proxy may throw, or answer with nonsense.
    return Object.getOwnPropertyDescriptor(node, key)?.value;
  } catch {
    return undefined;
  }
}

/** The first `most` members of an array. */
export function list(node: unknown, most: number): unknown[] {
  const length = isArray(node) ? own(node, 'length') : 0;
  if (typeof length !== 'number') return [];
  return Array.from({ length: Math.min(Math.max(length, 0) || 0, most) }, (_, index) => own(node, `${index}`));
}

/** More of them than are read. */
export function hasMoreThan(node: unknown, most: number): boolean {
  return isArray(node) && Number(own(node, 'length')) > most;
}

function isArray(node: unknown): node is unknown[] {
  try {
    return Array.isArray(node);
  } catch {
    return false; // a revoked proxy
  }
}

/**
 * Text as it may be shown: no controls, nothing that turns the direction of what stands around it, no halves of
 * characters, white space as single spaces, NFC; empty if nothing of it can be seen. `undefined` if it is no string or
 * longer than `most` UTF-16 units.
 */
export function text(value: unknown, most: number, name: string, warnings: Warnings): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return warnings.add(name, 'not a string');
  // Before anything is done with it: it may have millions.
  if (value.length > most) return warnings.add(name, `longer than ${most} characters`);
  const clean = value.replace(/\s+/gu, ' ').replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '').normalize('NFC');
  // Some characters come apart in NFC.
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(clean.replace(/\p{DI}/gu, ''))) return ''; // nothing to see
  return clean.length > most ? warnings.add(name, `longer than ${most} characters`) : clean;
}
