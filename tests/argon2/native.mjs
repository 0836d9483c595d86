// Native programs, as the limit: what the processor can do where nothing stands between. `cargo xtask bench argon2` builds them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NATIVE_C, NATIVE_RUST } from './ratios.mjs';

const PROGRAMS = { [NATIVE_C]: 'target/argon2/native_c', [NATIVE_RUST]: 'target/release/examples/rustcrypto' };

/** A child process each time. With `kept` it derives twice in the same memory, and times the second. @type {import('./candidates.mjs').Candidate[]} */
export const NATIVE = Object.entries(PROGRAMS)
  .map(([name, file]) => ({ name, program: fileURLToPath(new URL(`../../${file}`, import.meta.url)) }))
  .filter(({ program }) => existsSync(program))
  .map(({ name, program }) => ({
    name,
    peer: false,
    make: async (_, fresh) => (cost) => {
      const [time, tag] = execFileSync(program, [...cost.map(String), fresh ? 'new' : 'kept'], { encoding: 'utf8' }).trim().split(' ');
      return { time: Number(time), tag };
    },
  }));
