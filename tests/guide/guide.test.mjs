// docs/installing.md, followed: every command of it, as it stands there and in its order, on machines that are made for it. The
// machines are Debian's least with a systemd of their own; the program is the released one, under the unit of packaging/.
// Root's, for mounts and networks; `cargo xtask evidence --long --row 35`.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { evidence } from '../e2e/harness/evidence.mjs';
import { ask } from './ask.mjs';
import { Authority } from './authority.mjs';
import { FOLDER, Machine, base, unwire, wire } from './machine.mjs';
import { visit } from './person.mjs';
import { steps } from './steps.mjs';

const NAME = 'pin.wallet.example';
const STEPS = steps();
/** The machines of each half of the guide; the public name leads to the last. */
const HALVES = {
  SQLite: [new Machine('one', 10)],
  PostgreSQL: [new Machine('db', 20), new Machine('pin-1', 21), new Machine('pin-2', 22), new Machine('balancer', 30)],
};
/** What the guide wants in root's home. */
const FILES = ['target/release/repin-server', 'packaging/repin.service', 'packaging/repin'];

/** Which steps were taken, by half. @type {Record<string, number>} */
const taken = {};
/** Requests that were made while a gateway was replaced, and those that got another answer than 200. */
const asked = { all: 0, wrong: 0 };
/** @type {Authority} */
let authority;

before(() => {
  base();
  wire();
  authority = new Authority(join(FOLDER, 'authority'));
});
after(() => unwire());

for (const [half, machines] of Object.entries(HALVES)) {
  test(`${half}: each step of the guide does what the guide says`, async (context) => {
    const shared = join(FOLDER, `elsewhere-${half}`);
    rmSync(shared, { recursive: true, force: true });
    mkdirSync(shared, { recursive: true, mode: 0o700 });
    try {
      for (const machine of machines) await set(machine, machines, shared);
      const mine = STEPS.filter((step) => machines.some(({ name }) => step.machines.includes(name)));
      for (const step of mine) {
        let did = false;
        await context.test(`${step.at} on ${step.machines}`, async () => {
          await take(step, machines);
          did = true;
        });
        assert.ok(did, 'what comes after a step that failed says nothing');
        taken[half] = (taken[half] ?? 0) + 1;
      }
      if (half === 'PostgreSQL') await context.test('without the key ring’s step no gateway starts: the control', () => leaveOut(named(machines, 'pin-2')));
    } finally {
      for (const machine of machines) await machine.end();
    }
  });
}

test('the guide was followed to its end', () => {
  const all = Object.values(taken).reduce((sum, number) => sum + number, 0);
  assert.equal(all, STEPS.length, 'every step is of one of the halves');
  evidence(
    35,
    `${STEPS.length} steps of docs/installing.md on ${Object.values(HALVES).flat().length} fresh Debian machines under systemd, `
      + `${Object.entries(taken).map(([half, number]) => `${number} with ${half}`).join(' and ')}, as they stand there; `
      + `${asked.wrong} of ${asked.all.toLocaleString('en')} requests unanswered while gateways were replaced`,
    control,
  );
});

/** What came of a gateway that was set up without the key ring of the first. */
let control = '';

/** Takes the key ring away, which a step of the guide had brought. @param {Machine} machine */
async function leaveOut(machine) {
  const ready = 'curl -sS --retry 5 --retry-delay 1 --retry-connrefused http://127.0.0.1:7373/health/ready';
  const { status } = await machine.run(`systemctl stop repin && rm -r /var/lib/private/repin/keys && systemctl start repin && ${ready}`);
  assert.notEqual(status, 0, 'a gateway with a ring of its own is not ready');
  const { output } = await machine.run('journalctl --unit repin --output cat --lines 20');
  assert.match(output, /key ring/, output);
  control = 'without the step that brings the key ring the second gateway does not start';
}

/** Makes and boots one. @param {Machine} machine @param {Machine[]} machines @param {string} shared */
async function set(machine, machines, shared) {
  // It has no way out while it runs: the packages are fetched by the guide's own line before.
  const lines = STEPS.filter((step) => step.machines.includes(machine.name)).flatMap(({ code }) => code.match(/^apt-get install .*$/m) ?? []);
  machine.make(lines.join(' && '));
  FILES.forEach((file) => machine.give(file, join('/root', basename(file))));
  const last = machines[machines.length - 1].address;
  const hosts = machines.map(({ name, address }) => `${address} ${name}.internal`);
  machine.put('/etc/hosts', ['127.0.0.1 localhost', `${last} ${NAME}`, ...hosts, ''].join('\n'));
  machine.put('/usr/local/share/ca-certificates/guide.crt', authority.certificate);
  for (const [name, file] of [[NAME, 'pin'], ['db.internal', 'db']]) {
    const { certificate, key } = authority.issue(name);
    machine.put(`/etc/ssl/${file}.pem`, certificate);
    machine.put(`/etc/ssl/private/${file}.key`, key, 0o600);
  }
  await machine.boot(shared);
}

/** One step. @param {import('./steps.mjs').Step} step @param {Machine[]} machines */
async function take(step, machines) {
  const gateway = { name: NAME, address: machines[machines.length - 1].address };
  if (step.guessed) {
    // By the session of the step that let the person recover.
    const last = STEPS.slice(0, STEPS.indexOf(step)).reverse().find(({ then }) => then === 'recover');
    assert.ok(last, 'somebody has recovered before');
    await visit('guess', (await on(named(machines, last.machines[0]), last)).output, gateway);
  }
  for (const name of step.machines) {
    const machine = named(machines, name);
    const asking = step.asked ? ask(gateway, authority.certificate) : undefined;
    const { output } = await on(machine, step);
    if (asking) {
      const { all, wrong } = await asking();
      asked.all += all;
      asked.wrong += wrong;
      assert.ok(all > 0, 'somebody asked');
      assert.equal(wrong, 0, `${wrong} of ${all} requests were not answered`);
    }
    if (step.then) await visit(step.then, output, gateway);
  }
}

/** Runs it there, and looks at how it ended. @param {Machine} machine @param {import('./steps.mjs').Step} step */
async function on(machine, { at, code, fails, says }) {
  const done = await machine.run(code);
  assert.equal(done.status !== 0, fails, `${at} on ${machine.name} ended with ${done.status}:\n${done.output}`);
  const said = done.output.replace(/\s+/g, ' ');
  if (says) assert.ok(said.includes(says), `${at} on ${machine.name} does not say ${says}:\n${done.output}`);
  if (process.env.REPIN_GUIDE) console.log(`${at} on ${machine.name}\n${done.output}`);
  return done;
}

/** @param {Machine[]} machines @param {string} name */
function named(machines, name) {
  const machine = machines.find((machine) => machine.name === name);
  assert.ok(machine, `the guide has no machine ${name} in this half`);
  return machine;
}
