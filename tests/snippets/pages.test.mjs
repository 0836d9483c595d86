// The examples for a page, each as it stands: in Chromium, with the papers' own backend and a real gateway, up to a PIN that
// the gateway knows of. Those that say how it ended say why, too.
import { ofKind } from './blocks.mjs';
import { saysWhy, walks } from './walk.mjs';

/** What an example for the middle of a page may take as given; the papers say so where they use it. */
const AROUND = `<button id="button">Forgot your PIN?</button><div id="place"></div>
<script>
  const button = document.getElementById('button');
  const place = document.getElementById('place');
  const refresh = () => document.body.append('refreshed');
  const getSession = (reason) => fetch(\`/api/pin-session?reason=\${reason}\`, { method: 'POST' }).then(async (answer) => (answer.ok ? answer.json() : Promise.reject(await answer.json())));
</script>`;

for (const block of ofKind('page')) walks(block.at, block.code, block.what);
for (const { at, code } of ofKind('page').filter(({ code }) => code.includes('error?.message'))) saysWhy(at, code);
for (const block of ofKind('script')) {
  walks(block.at, `${AROUND}<script type="module">${bare(block.code)}</script>`, block.what);
}

/** Imports by name, as bundlers resolve them, to the files that a page would load. @param {string} code */
function bare(code) {
  return code.replace(/from 'repin(?:\/([\w-]+))?'/g, (_, entry = 'index') => `from '/repin/${entry}.js'`);
}
