// Where a language's texts come from. The npm package has lists of its own here, for bundlers follow whole addresses
// alone: of files in `repin`, of scripts in `repin/inline`.
import type { Messages } from './shell.ts';

/** Rejects when they cannot be had. */
export async function localeFile(file: string): Promise<Messages> {
  const response = await fetch(new URL(`./locales/${file}.json`, import.meta.url));
  if (!response.ok) throw new TypeError(`${file}: ${response.status}`);
  return response.json();
}
