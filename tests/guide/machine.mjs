// A Debian machine of its own: its files, its network card and a systemd that is process 1, in a container of systemd-nspawn. What is
// run on it is run as its root would, and it has nothing of ours but what it is given.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../snippets/blocks.mjs';

/** On a disk: a test of databases in memory would be one of something else. */
export const FOLDER = join(ROOT, 'target/guide');
const BASE = join(FOLDER, 'base');
const BRIDGE = 'repin-guide';
const NETWORK = '10.77.0';
/** Of a machine that hangs. A bound, never an expectation. */
const PATIENCE = 600_000;

/** What the guide's machines have in common, and no more: Debian's least, its init, and authorities. */
const PACKAGES = 'systemd-sysv,dbus,ca-certificates';

/** What a command did. @typedef {{ status: number, output: string }} Done */

/** Debian's files, made once. */
export function base() {
  if (existsSync(join(BASE, 'etc/debian_version'))) return;
  rmSync(BASE, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  execFileSync('mmdebstrap', ['--variant=minbase', `--include=${PACKAGES}`, 'bookworm', BASE], { stdio: 'inherit' });
}

/** The wire between them, and to this machine, where the people are. */
export function wire() {
  unwire();
  ip('link', 'add', BRIDGE, 'type', 'bridge');
  ip('addr', 'add', `${NETWORK}.1/24`, 'dev', BRIDGE);
  ip('link', 'set', BRIDGE, 'up');
}

export function unwire() {
  spawnSync('ip', ['link', 'del', BRIDGE]);
}

export class Machine {
  #root;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #container;
  #leader = 0;

  /** @param {string} name @param {number} host the last number of its address */
  constructor(name, host) {
    this.name = name;
    this.address = `${NETWORK}.${host}`;
    this.#root = join(FOLDER, name);
  }

  /** Its files, with these Debian packages: once it runs it has no way out. @param {string} install the guide's own command */
  make(install) {
    rmSync(this.#root, { recursive: true, force: true });
    execFileSync('cp', ['-a', '--reflink=auto', BASE, this.#root]);
    const shell = `export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && ${install}`;
    const { status, stdout, stderr } = spawnSync('systemd-nspawn', [...this.#nspawn(), 'bash', '-ec', shell]);
    if (status !== 0) throw new Error(`${this.name}: ${install}:\n${stdout}${stderr}`);
  }

  /** A file of it. @param {string} path absolute, in it @param {string | Buffer} content @param {number} [mode] */
  put(path, content, mode = 0o644) {
    mkdirSync(join(this.#root, path, '..'), { recursive: true });
    writeFileSync(join(this.#root, path), content, { mode });
  }

  /** A file of ours for it. @param {string} from below the project's root @param {string} path absolute, in it */
  give(from, path) {
    cpSync(join(ROOT, from), join(this.#root, path));
  }

  /** Switches it on. @param {string} shared a folder that all of them have as /mnt/elsewhere */
  async boot(shared) {
    const how = ['--boot', `--network-bridge=${BRIDGE}`, `--bind=${shared}:/mnt/elsewhere`];
    this.#container = spawn('systemd-nspawn', [...this.#nspawn(), ...how], { stdio: 'ignore' });
    await this.#until('it boots', () => (this.#leader = leader(this.#container?.pid ?? 0)) > 0);
    await this.#until('systemd is up', async () => /running|degraded/.test((await this.#enter(['systemctl', 'is-system-running'])).output));
    // Of the network alone, for which it needs no program of its own.
    for (const args of [['addr', 'add', `${this.address}/24`, 'dev', 'host0'], ['link', 'set', 'host0', 'up']]) {
      execFileSync('nsenter', ['--target', `${this.#leader}`, '--net', 'ip', ...args]);
    }
    await this.#enter(['update-ca-certificates']);
  }

  /** What root types on it, line after line, to the first that fails. @param {string} script */
  run(script) {
    return this.#enter(['bash', '--norc', '-euo', 'pipefail', '-c', script]);
  }

  /** Switches it off. */
  async end() {
    if (!this.#container) return;
    const gone = new Promise((resolve) => this.#container?.once('exit', resolve));
    process.kill(this.#leader, 'SIGKILL'); // its process 1, and all others with it
    await gone;
  }

  #nspawn() {
    // The host's systemd, if there is one, is not told of it.
    return ['--quiet', '--register=no', '--keep-unit', `--machine=${this.name}`, '--directory', this.#root];
  }

  /** @param {string[]} command @returns {Promise<Done>} */
  #enter(command) {
    const inside = ['env', '-i', 'HOME=/root', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive'];
    const args = ['--target', `${this.#leader}`, '--all', '--wdns=/root', ...inside, ...command];
    return new Promise((resolve) => {
      execFile('nsenter', args, { timeout: PATIENCE }, (error, stdout, stderr) => {
        resolve({ status: error ? Number(error.code ?? -1) : 0, output: stdout + stderr });
      }).stdin?.end();
    });
  }

  /** @param {string} what @param {() => boolean | Promise<boolean>} condition */
  async #until(what, condition) {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) if (await condition()) return;
    throw new Error(`${this.name}: never: ${what}`);
  }
}

/** The process below this one that is number 1 in its own world; 0 while there is none. @param {number} parent @returns {number} */
function leader(parent) {
  const below = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      return [{ pid: Number(name), parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), first: /^NSpid:.*\t1$/m.test(status) }];
    } catch {
      return []; // gone meanwhile
    }
  });
  const children = below.filter((process) => process.parent === parent);
  return children.find(({ first }) => first)?.pid ?? children.map(({ pid }) => leader(pid)).find((pid) => pid > 0) ?? 0;
}

/** @param {...string} args */
function ip(...args) {
  execFileSync('ip', args);
}
