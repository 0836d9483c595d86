// Argon2id for the vault: one of two modules, with vectors or without (`crates/argon2id`). Its memory is grown once, and after each
// derivation put back as it was before; buffers are the caller's to erase.
import { compile } from './worker_module.ts';

/** Called by the vault; `crates/vault/src/worker/browser.rs`. */
interface Scope {
  loadArgon2id(): Promise<void>;
  /** Whether the device has the memory. */
  reserveArgon2id(...cost: Cost): boolean;
  /** Throws where there is no tag. */
  argon2id(m: number, t: number, p: number, input: Uint8Array, salt: Uint8Array, length: number): Uint8Array;
  warmArgon2id(...cost: Cost): void;
}

/** Memory in KiB, passes, lanes. */
type Cost = [m: number, t: number, p: number];

/** `crates/argon2id/src/main.rs`. The last three return 0 when all is well. */
interface Exports {
  memory: WebAssembly.Memory;
  /** Where inputs go and the tag comes out; 0 when there is not enough memory. */
  reserve(...cost: Cost): number;
  begin(m: number, t: number, p: number, password: number, salt: number, secret: number, data: number, tag: number): number;
  fill(m: number, t: number, p: number, segment: number): number;
  finish(m: number, t: number, p: number, tag: number): number;
}

/** A module with vectors, or what came with the script; and one without. */
export type Kernels = [vectors: string | Uint8Array<ArrayBuffer>, words: string | Uint8Array<ArrayBuffer>];

/** A module whose one function has a vector in it. */
// prettier-ignore
const PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const SLICES = 4;
/** The first question is drawn and its field has the focus by then. */
const WARM_AFTER_MS = 300;

/** @param told hears how much of a derivation is done, from 0 to 1. */
export function bringArgon2id([vectors, words]: Kernels, told: (share: number) => void): void {
  const file = WebAssembly.validate(new Uint8Array(PROBE)) ? vectors : words;
  let tries = 0;
  let loading: Promise<void> | undefined;
  let kernel: Exports;
  let clean: Uint8Array;
  /** The dummy derivation goes on for as long as there is no real one. */
  let warming = false;

  const load = async () => {
    kernel = (await WebAssembly.instantiate(await compile(file, tries++))).exports as unknown as Exports;
    clean = new Uint8Array(kernel.memory.buffer).slice();
  };

  /** Writes the inputs, and returns where they are and how many segments there are to fill. */
  const begin = (cost: Cost, input: Uint8Array, salt: Uint8Array, length: number): [place: number, segments: number] => {
    const place = kernel.reserve(...cost);
    if (!place) throw RangeError('memory');
    const bytes = new Uint8Array(kernel.memory.buffer, place);
    bytes.set(input);
    bytes.set(salt, input.length);
    check(kernel.begin(...cost, input.length, salt.length, 0, 0, length));
    return [place, SLICES * cost[1] * cost[2]];
  };

  const warm = async (cost: Cost) => {
    await scope.loadArgon2id();
    warming = true;
    const [, segments] = begin(cost, new Uint8Array(64), new Uint8Array(16), 64);
    for (let segment = 0; warming && segment < segments; segment++) {
      check(kernel.fill(...cost, segment));
      // What the person does is heard between two segments.
      await new Promise((resolve) => setTimeout(resolve));
    }
    warming = false;
  };

  const scope = self as unknown as Scope;
  scope.loadArgon2id = () =>
    (loading ??= load().catch((error) => {
      loading = undefined;
      throw error;
    }));
  scope.reserveArgon2id = (...cost) => kernel.reserve(...cost) > 0;
  scope.argon2id = (m, t, p, input, salt, length) => {
    warming = false;
    try {
      const [place, segments] = begin([m, t, p], input, salt, length);
      for (let segment = 0; segment < segments; segment++) {
        check(kernel.fill(m, t, p, segment));
        told((segment + 1) / segments);
      }
      check(kernel.finish(m, t, p, length));
      return new Uint8Array(kernel.memory.buffer, place, length).slice();
    } finally {
      const used = new Uint8Array(kernel.memory.buffer);
      used.fill(0);
      used.set(clean);
    }
  };
  // A person who saves data or a device with little memory does without; a real derivation then waits for what this would
  // have done.
  scope.warmArgon2id = (...cost) => {
    const { connection, deviceMemory } = navigator as { connection?: { saveData?: boolean }; deviceMemory?: number };
    if (connection?.saveData || deviceMemory! <= 1) return;
    setTimeout(() => warm(cost).catch(() => (warming = false)), WARM_AFTER_MS);
  };
}

function check(failed: number): void {
  if (failed) throw RangeError('argon2id');
}
