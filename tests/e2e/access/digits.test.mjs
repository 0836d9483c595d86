// What Chromium hands to assistive technology while someone types a PIN: never a digit of it, unless the person asked to
// see it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { find, focused, until } from '../harness/find.mjs';
import { enrolled, run, stage } from '../harness/story.mjs';
import { t } from '../harness/widget.mjs';

/** Three that no screen holds by chance, none of them a part of another. */
const CURRENT = '493817';
const NEW = '604281';

stage('the accessibility tree', 'chromium', (stage) => {
  test('holds no digit of a PIN at any step of its entry', async () => {
    const person = await enrolled(stage, CURRENT);
    await run(stage, person.userId, 'CHANGE_PIN', async ({ widget, page }) => {
      await widget.shows('current.title');
      await eachDigit(page, 'current.title', CURRENT);
      await widget.press('common.continue');
      await widget.shows('new.title');
      await eachDigit(page, 'new.title', NEW);
      await widget.press('common.continue');
      await widget.shows('confirm.title');
      await eachDigit(page, 'confirm.title', NEW);
      await widget.press('confirm.submit');
      await widget.shows('done_restore.title');
      assert.deepEqual(held(await tree(page), [CURRENT, NEW]), []);
    });
  });

  test('holds the digits once “Show PIN” was pressed, and no more after “Hide PIN”: the control', async () => {
    const person = await enrolled(stage, CURRENT);
    await run(stage, person.userId, 'CHANGE_PIN', async ({ widget, page }) => {
      await widget.shows('current.title');
      await focused(page);
      await page.keyboard.type(CURRENT);
      await widget.press('pin.show');
      await until('the digits are in the tree', async () => held(await tree(page), [CURRENT]).length > 0);
      await widget.press('pin.hide');
      await until('the digits have left the tree', async () => held(await tree(page), [CURRENT]).length === 0);
    });
  });
});

/** Types one digit after the other, and looks at the tree after each. @param {import('puppeteer-core').Page} page @param {string} title @param {string} pin */
async function eachDigit(page, title, pin) {
  const field = await find(page, 'textbox', `${t(title)}…`);
  await field.focus();
  for (let typed = 1; typed <= pin.length; typed += 1) {
    await page.keyboard.type(pin[typed - 1]);
    const nodes = await tree(page);
    // Two digits beside each other may stand in a rule, as 123456 does.
    assert.deepEqual(held(nodes, typed < 3 ? [] : [pin.slice(0, typed)]), [], `after ${typed} digits`);
    const values = nodes.filter(({ role }) => role?.value === 'textbox').map(({ value }) => value?.value ?? '');
    assert.deepEqual(values, ['•'.repeat(typed)], 'the field is there, and what it holds is dots');
  }
}

/** @typedef {import('puppeteer-core').Protocol.Accessibility.AXNode} Node */

/** The widget's part of the tree, shadow roots and all. @param {import('puppeteer-core').Page} page @returns {Promise<Node[]>} */
async function tree(page) {
  const cdp = await page.createCDPSession();
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  await cdp.detach();
  const widget = nodes.find(({ role, name }) => role?.value === 'region' && name?.value === t('shell.label'));
  assert.ok(widget, 'the widget is a region of the tree');
  const inside = new Set([widget.nodeId]);
  // Parents come before their children.
  for (const { nodeId, parentId } of nodes) if (inside.has(parentId ?? '')) inside.add(nodeId);
  return nodes.filter(({ nodeId }) => inside.has(nodeId));
}

/** Nodes that hold one of these anywhere: name, value, description, properties. @param {Node[]} nodes @param {string[]} digits */
function held(nodes, digits) {
  return nodes.map((node) => JSON.stringify({ ...node, nodeId: '', parentId: '', childIds: [], backendDOMNodeId: 0 }))
    .filter((text) => digits.some((pin) => text.includes(pin) || text.includes([...pin].join(' ')) || text.includes([...pin].reverse().join(''))));
}
