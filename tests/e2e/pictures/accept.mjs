// `cargo xtask pictures accept`: what the widget looks like now is what it shall look like. Pictures that show the same stay
// as they are, those of looks and states that are gone go.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { camera, LOOKS } from './camera.mjs';
import { compare } from './compare.mjs';
import { indexed } from './indexed.mjs';

const ACCEPTED = new URL('./accepted/', import.meta.url);
const { pictured, take, close } = await camera();
let written = 0;
for (const look of Object.keys(LOOKS)) {
  const folder = new URL(`${look}/`, ACCEPTED);
  mkdirSync(folder, { recursive: true });
  const states = pictured(look);
  for (const state of states) {
    const file = new URL(`${state}.png`, folder);
    const taken = await take(look, state);
    if (existsSync(file) && compare(readFileSync(file), taken).same) continue;
    writeFileSync(file, indexed(taken));
    written += 1;
  }
  for (const name of readdirSync(folder)) {
    if (!states.includes(name.replace(/\.png$/, ''))) rmSync(new URL(name, folder));
  }
}
await close();
for (const look of readdirSync(ACCEPTED)) {
  if (!(look in LOOKS)) rmSync(new URL(`${look}/`, ACCEPTED), { recursive: true });
}
console.log(`${written} pictures written; look at them before you commit them`);
