// Circle's server SDK for Node, unmodified, in the two major versions in use, against a real gateway.
import { readFileSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { suite } from './harness/rows.mjs';
import { Stage } from './harness/stage.mjs';
import { absent } from './node/absent.mjs';
import { challenges } from './node/challenges.mjs';
import { errors } from './node/errors.mjs';
import { flows } from './node/flows.mjs';
import { sessions } from './node/sessions.mjs';
import { subscriptions } from './node/subscriptions.mjs';
import { users } from './node/users.mjs';

for (const name of ['circle-9', 'circle-10']) {
  const { name: sdk, version } = JSON.parse(
    readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  );
  describe(name, () => {
    const stage = new Stage(name, version);
    before(() => stage.start());
    after(() => stage.end());
    suite({ file: `${name}.json`, sdk, version }, (row) => {
      for (const part of [users, sessions, challenges, errors, flows, subscriptions, absent]) part(row, stage);
    });
  });
}
