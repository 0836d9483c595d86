// A mail server that is none of ours: aiosmtpd, which writes what it takes into a Maildir. `cargo xtask test` installs it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './find.mjs';
import { freePort } from './port.mjs';

const PYTHON = fileURLToPath(new URL('../../../.tools/mail/bin/python', import.meta.url));

export class PostOffice {
  #folder = mkdtempSync(join(tmpdir(), 'repin-mail-'));
  #port = 0;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #server;
  /** Letters that were read. */
  #read = 0;

  static async open() {
    const office = new PostOffice();
    office.#port = await freePort();
    const args = ['-m', 'aiosmtpd', '--nosetuid', '--debug', '--debug', '--listen', `127.0.0.1:${office.#port}`];
    const server = spawn(PYTHON, [...args, '--class', 'aiosmtpd.handlers.Mailbox', join(office.#folder, 'mail')]);
    office.#server = server;
    let said = '';
    server.stderr.on('data', (bytes) => (said += bytes));
    await until('the mail server listens', () => said.includes('Server is listening'));
    return office;
  }

  /** What a gateway is told of it, as environment variables. */
  get settings() {
    return { REPIN_SMTP_URL: `smtp://127.0.0.1:${this.#port}`, REPIN_MAIL_FROM: 'Wallet <codes@wallet.example>' };
  }

  /** The code of the next letter. @returns {Promise<string>} */
  async code() {
    const letters = await until('a letter', () => {
      const letters = this.#letters();
      return letters.length > this.#read ? letters : undefined;
    });
    this.#read = letters.length;
    const code = /^\d{8}$/m.exec(plain(letters[letters.length - 1]))?.[0];
    if (!code) throw new Error('a letter without a code');
    return code;
  }

  /** In the order in which they came. @returns {string[]} */
  #letters() {
    const folder = join(this.#folder, 'mail/new');
    try {
      return readdirSync(folder).sort().map((name) => readFileSync(join(folder, name), 'utf8'));
    } catch {
      return [];
    }
  }

  close() {
    this.#server?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A letter's plain text. @param {string} letter */
function plain(letter) {
  const part = letter.replace(/\r\n/g, '\n').split('Content-Type: text/plain')[1] ?? '';
  const body = part.slice(part.indexOf('\n\n') + 2).split('\n--')[0];
  return Buffer.from(body, 'base64').toString('utf8').replace(/\r\n/g, '\n');
}
