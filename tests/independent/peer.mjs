// Starts the product's end of the channel (crates/core/examples/channel_peer.rs) and talks to it.

import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the example and says where cargo put it. */
function build() {
  const args = ['build', '--quiet', '--package', 'repin-core', '--example', 'channel_peer', '--message-format=json'];
  const lines = execFileSync('cargo', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 })
    .trim()
    .split('\n');
  const built = lines.map((line) => JSON.parse(line)).find((it) => it.executable && it.target?.name === 'channel_peer');
  return /** @type {string} */ (built.executable);
}

/**
 * Answers every command in order; `null` where the product refuses.
 * @param {object[]} commands @returns {Promise<(Uint8Array | null)[]>}
 */
export async function ask(commands) {
  const peer = spawn((ask.path ??= build()), { stdio: ['pipe', 'pipe', 'inherit'] });
  /** @type {(Uint8Array | null)[]} */
  const answers = [];
  peer.stdin.end(commands.map((command) => JSON.stringify(command)).join('\n'));
  for await (const line of createInterface({ input: peer.stdout })) {
    const answer = JSON.parse(line);
    answers.push(answer.refused ? null : new Uint8Array(Buffer.from(answer.bytes, 'hex')));
  }
  if (answers.length !== commands.length) throw new Error(`${answers.length} answers to ${commands.length} commands`);
  return answers;
}

/** @type {string | undefined} */
ask.path = undefined;
