// Hosts `repin_gallery`: one state (`gallery.show`), or all of them (`?all`, `?all&only=new-pin,locked`), also in another
// language (`&locale=ar&dir=rtl`).
import init, { names, show } from './repin_gallery.js';

const { customise, wear } = await import(/** @type {any} */ ('./repin-customise.js'));

/** @typedef {{ theme?: string, dir?: string, locale?: string, messages?: unknown, still?: boolean, customisation?: unknown }} Look `customisation` as Circle's web SDK posts it */

const stage = /** @type {HTMLElement} */ (document.getElementById('stage'));
const query = new URLSearchParams(location.search);

await init();
Object.assign(window, { gallery: { names, show: showOne } });
const locale = query.get('locale') ?? undefined;
const messages = locale && (await (await fetch(`locales/${locale}.json`)).json()).face;
const look = { theme: query.get('theme') ?? undefined, dir: query.get('dir') ?? undefined, locale, messages };
if (query.has('all')) showAll((query.get('only') ?? names().join(',')).split(','), look);
else showOne(query.get('state') ?? names()[0], look);
document.documentElement.dataset.ready = '';

/** @param {string} name @param {Look} [look] */
function showOne(name, look = {}) {
  dress(look);
  const section = card(look, name, true);
  document.adoptedStyleSheets = [];
  const worn = look.customisation && wear(customise(look.customisation), section, document);
  show(section, name, worn ? { ...look, messages: worn.texts({ common: {}, face: look.messages }).face } : look);
}

/** @param {string[]} wanted @param {Look} look */
function showAll(wanted, look) {
  dress(look);
  for (const name of wanted) show(card(look, name, false), name, { ...look, still: true });
}

/** @param {Look} look */
function dress({ theme, dir, locale }) {
  document.documentElement.lang = locale ?? 'en';
  document.documentElement.dir = dir ?? 'ltr';
  document.body.classList.toggle('dark', theme === 'dark');
}

/** @param {Look} look @param {string} name @param {boolean} alone */
function card({ theme, dir }, name, alone) {
  const section = document.createElement('section');
  section.className = 'repin';
  section.id = `state-${name}`;
  section.ariaLabel = name;
  section.dir = dir ?? 'ltr';
  if (theme) section.dataset.theme = theme;
  if (alone) stage.replaceChildren(section);
  else stage.append(section);
  return section;
}
