// A customisation is hostile input: nothing of CSS, HTML or script gets through, nothing throws, and size costs nothing.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { check } from './grammar.mjs';
import { load } from './load.mjs';

const { customise, readAppearance } = await load('npm/src/customise/customise.ts');

/** @param {unknown} input */
function read(input) {
  const made = customise(input);
  check(made);
  return made;
}

const NOTHING = read(undefined);
const BREAK_OUTS = [
  'red;}*{display:none', 'red}', 'url(https://evil.example/x)', 'var(--x)', 'expression(alert(1))', 'rgb(1,2,3);color:red', 'red/**/;',
  'rgb(calc(1),2,3)', 'color-mix(in srgb, red, blue)', 'env(x)', 'attr(x)', 'inherit', 'initial', 'currentcolor', 'CanvasText', '\\72 ed',
  'rgb(1,2,3', 'rgb(1,2 3)', 'rgb(1,2,3,4,5)', 'hsl(1,2%)', '#12345', '#ggg', '#12345678 9', 'red\u0000', 'red red', 'image(red)',
  'rgb(1e9,2,3)', 'rgb(99999,0,0)', 'hsl(1e3,5%,5%)', '__proto__', 'constructor', 'toString', 'aqua:00ffff,azure', '.*', 'a|b',
];

describe('colours', () => {
  test('nothing but a colour is one', () => {
    for (const value of [...BREAK_OUTS, 7, {}, [], true, 'x'.repeat(65), `rgb(${' '.repeat(1e6)}`]) {
      const made = read({ themeColor: { bg: value, titleGradients: [value], backdrop: value } });
      assert.deepEqual(made.tokens, {}, String(value).slice(0, 40));
      assert.deepEqual(made.warnings, ['bg', 'titleGradients.0', 'backdrop'].map((slot) => `themeColor.${slot}: not a colour`));
    }
  });

  test('every way to write one comes out written anew', () => {
    const bg = (/** @type {string} */ value) => read({ themeColor: { bg: value } }).tokens['--pr-bg'];
    for (const value of ['red', ' RED ', '#f00', '#F00F', '#ff0000', 'rgb(255,0,0)', 'rgb(255 0 0)', 'RGBA(100%, 0%, 0%, 1)', 'rgb(255 0 0 / 100%)', 'hsl(0,100%,50%)', 'hsl(1turn 100% 50%)', 'hsla(360deg 100% 50% / 1)', 'hsl(-360, 100%, 50%)', 'rgb(300,-5,0)']) {
      assert.equal(bg(value), '#ff0000', value);
    }
    assert.equal(bg('rebeccapurple'), '#663399');
    assert.equal(bg('hsl(400grad 0% 50%)'), '#808080');
    assert.equal(bg('#0008'), '#777777', 'the card does not let through what lies behind it');
    assert.equal(read({ themeColor: { divider: 'rgb(0 0 0 / 50%)' } }).tokens['--pr-border'], '#00000080');
    assert.equal(read({ themeColor: { divider: 'transparent' } }).tokens['--pr-border'], '#00000000');
  });

  test('the backdrop takes its opacity, and an opacity is a number from 0 to 1', () => {
    const shade = (/** @type {object} */ themeColor) => read({ themeColor }).tokens['--pr-backdrop'];
    assert.equal(shade({ backdrop: '#fff', backdropOpacity: 0.2 }), '#ffffff33');
    assert.equal(shade({ backdrop: '#fff' }), '#ffffff80');
    assert.equal(shade({ backdropOpacity: 1 }), '#0a0c12');
    for (const backdropOpacity of [-1, 2, NaN, Infinity, '0.5', {}]) assert.equal(shade({ backdropOpacity }), undefined);
  });

  test('what went wrong and where the focus is stay readable on any ground', () => {
    for (const bg of ['#fff', '#000', '#777', '#b42318', '#ff9c91', '#1d3fd8', 'yellow', '#fef3f2', '#c0392b']) {
      const { tokens } = read({ themeColor: { bg, error: bg, inputBorderFocused: bg, inputBorderFocusedError: bg } });
      for (const token of ['--pr-danger', '--pr-field-focus', '--pr-field-error']) assert.notEqual(tokens[token], tokens['--pr-bg'], `${token} on ${bg}`);
    }
    const { tokens, warnings } = read({ themeColor: { bg: '#fff', error: '#ffcccc', textAuxiliary: '#ccc', mainBtnBg: '#ffe', mainBtnText: '#fff' } });
    assert.equal(tokens['--pr-danger'], '#b42318', 'ours instead');
    assert.equal(tokens['--pr-muted'], '#cccccc', 'kept, for it is the host’s to answer for');
    assert.ok(warnings.includes('themeColor.error: a contrast below 4.5 on bg; another colour is shown'));
    assert.ok(warnings.includes('themeColor.textAuxiliary: a contrast below 4.5 on bg'));
    assert.ok(warnings.includes('themeColor.mainBtnText: a contrast below 4.5 on mainBtnBg'));
  });

  test('a dark ground brings the dark theme, and a host’s button keeps words that can be read', () => {
    assert.equal(read({ themeColor: { bg: '#101418' } }).theme, 'dark');
    assert.equal(read({ themeColor: { mainBtnBg: 'yellow' } }).theme, 'light');
    assert.equal(read({ themeColor: { mainBtnBg: 'yellow' } }).tokens['--pr-on-accent'], '#0b1026');
    assert.equal(read({ themeColor: { backdropOpacity: 0.3 } }).theme, undefined);
  });
});

describe('addresses', () => {
  const LINKS = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\tscript:alert(1)', 'data:text/html,x', 'http://a.example', '//a.example/x', '/x', 'https:', 'https://user:word@a.example', 'https://user@a.example', 'blob:https://a.example/x', 'file:///etc/hosts', 'https://a.example/'.padEnd(3000, 'x'), 7, {}, ['https://a.example']];

  test('only https: is followed or shown', () => {
    for (const value of LINKS) {
      const made = read({ customLinks: { learnMoreUrl: value }, resources: { naviClose: value } });
      assert.deepEqual([made.learnMoreUrl, made.images], [undefined, {}], String(value).slice(0, 40));
      assert.equal(made.warnings.length, 2);
    }
    assert.equal(read({ customLinks: { learnMoreUrl: 'https://a.example/help?x=1#y' } }).learnMoreUrl, 'https://a.example/help?x=1#y');
  });

  test('no address ends the string it stands in', () => {
    const { images } = read({ resources: { naviBack: 'https://a.example/a"b\'c)d\\e f?g"h\'i)j\\k#l"m\'n)o\\p\n' } });
    assert.match(images.back, /^https:\/\/a\.example\/[^"'()\\\s]*$/);
  });

  test('a font is a name, and its style sheet is never asked for', () => {
    const font = (/** @type {unknown} */ fontFamily) => read({ resources: { fontFamily } }).tokens['--pr-font'];
    assert.match(font({ name: 'Edu TAS Beginner', url: 'https://fonts.example/css2' }), /^"Edu TAS Beginner", /);
    for (const name of ['x"; } * { color: red', "x'", 'a, b', 'url(x)', 'a\\b', '<style>', '', 7, 'x'.repeat(65), 'a\nb']) assert.equal(font({ name }), undefined, String(name));
  });
});

describe('texts', () => {
  test('markup stays text, and controls and turned directions go', () => {
    const markup = '<img src=x onerror=alert(1)>';
    const { texts } = read({ localizations: { common: { continue: markup }, enterPincode: { subhead: 'a\u202eb\u0007c\ud800d\n e\u2066' } } });
    assert.equal(texts['common.continue'], markup);
    assert.equal(texts['current.lead'], 'abcd e');
  });

  test('a label that nobody can see is none', () => {
    for (const words of ['', '   ', '\u200b\u200b', '\u3164', '\u2800'.slice(1), '\u00ad', '\ufeff']) {
      assert.deepEqual(read({ localizations: { common: { continue: words } } }).texts, {}, JSON.stringify(words));
    }
    assert.equal(read({ localizations: { newPincode: { subhead: '' } } }).texts['new.lead'], '', 'a line under a title may go');
  });

  test('the second headline stands where it is told, or after the first', () => {
    const title = (/** @type {string | undefined} */ headline, /** @type {string | undefined} */ headline2) =>
      read({ localizations: { enterPincode: { headline, headline2 } } }).texts['current.title']?.replaceAll('\u001f', '|');
    assert.equal(title('Enter your {{pin}} now', 'code'), 'Enter your |code| now');
    assert.equal(title('Enter your {{pin}}', undefined), 'Enter your |PIN|');
    assert.equal(title('Enter your', 'code'), 'Enter your |code|');
    assert.equal(title('Enter your ', 'code'), 'Enter your |code|');
    assert.equal(title('请输入您的', 'PIN'), '请输入您的|PIN|');
    assert.equal(title('Hello', undefined), 'Hello');
    assert.equal(title(undefined, 'code'), '|code|');
    assert.equal(title('a\u001fb', undefined), 'ab', 'the sign is ours alone');
  });

  test('the phrase to type can be read and typed', () => {
    const agree = (/** @type {object} */ securityConfirm) => {
      const { 'agree.phrase': phrase, 'agree.label': label } = read({ localizations: { securityConfirm } }).texts;
      return [phrase, label];
    };
    assert.deepEqual(agree({ inputMatch: 'I understand', inputHeadline: 'Type “I understand”:' }), ['I understand', 'Type “I understand”:']);
    assert.deepEqual(agree({ inputHeadline: 'Type “I agree” to proceed:' }), ['I agree', 'Type “I agree” to proceed:']);
    assert.deepEqual(agree({ inputMatch: 'xyzzy', inputHeadline: 'Type “I agree”' }), ['xyzzy', undefined], 'ours says it');
    assert.deepEqual(agree({ inputMatch: 'xyzzy', inputHeadline: 'Type this:', inputPlaceholder: 'XYZZY' }), ['xyzzy', 'Type this:']);
    for (const inputMatch of ['!!!', '  ', 'x'.repeat(61), '', 5]) assert.deepEqual(agree({ inputMatch }), [undefined, undefined]);
  });
});

describe('questions', () => {
  const two = [{ question: 'Where?', type: 'TEXT' }, { question: 'When?', type: 'DATE' }];

  test('are trimmed, told apart and counted', () => {
    const questions = [...two, { question: '  where ?', type: 'DATE' }, { question: 'x'.repeat(201), type: 'TEXT' }, { question: 'Who?', type: 'WORDS' }, {}, null, 'Who?', { question: ' Who? ' }];
    const made = read({ securityQuestions: { questions, requiredCount: 3 } });
    assert.deepEqual(made.questions, [{ text: 'Where?', type: 'TEXT' }, { text: 'When?', type: 'DATE' }, { text: 'Who?', type: 'TEXT' }]);
    assert.equal(made.warnings.length, 6);
  });

  test('too few are none, and say so', () => {
    for (const [questions, requiredCount] of [[two, 3], [two.slice(1), 1], [[], 1], [[two[0], two[0]], 2]]) {
      assert.deepEqual(read({ securityQuestions: { questions, requiredCount } }).questions, []);
    }
    assert.deepEqual(read({ securityQuestions: { questions: two, requiredCount: 3 } }).warnings, ['questions: fewer than must be chosen; all are ignored']);
  });

  test('the count is Circle’s 2 unless it is a count', () => {
    const count = (/** @type {unknown} */ requiredCount) => read({ securityQuestions: { requiredCount } }).requiredCount;
    assert.deepEqual([0, -1, 1.5, NaN, '3', null, undefined, {}].map(count), [2, 2, 2, 2, 2, 2, 2, 2]);
    assert.deepEqual([1, 2, 5, 10, 11, 1e9].map(count), [1, 2, 5, 10, 10, 10]);
  });

  test('neither questions nor points are endless', () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ question: `Question ${n}?`, type: 'TEXT' }));
    const made = read({ securityQuestions: { questions: many, securityConfirmItems: many.map(({ question }) => question) } });
    assert.deepEqual([made.questions.length, made.confirmItems.length], [50, 10]);
  });
});

describe('ways back', () => {
  test('are those that there are, in our order, or all', () => {
    const ways = (/** @type {unknown} */ recoveryWays) => read({ recoveryWays }).recoveryWays;
    assert.deepEqual(ways(['both', 'email', 'email', 'sms']), ['email', 'both']);
    for (const nothing of [undefined, [], 'email', ['sms'], { 0: 'email' }, null]) assert.equal(ways(nothing), undefined);
    assert.deepEqual(read({ recoveryWays: ['sms'] }).warnings, ['recoveryWays: none that there is']);
  });
});

describe('shapes', () => {
  test('what is inherited, computed or unknown is not there', () => {
    const getter = { get bg() { throw new Error('asked'); } };
    const inherited = Object.create({ bg: 'red' });
    for (const themeColor of [getter, inherited, () => 'red', 'red', 7n, Symbol('x'), new Map([['bg', 'red']]), { unknown: 'red' }]) {
      assert.deepEqual(read({ themeColor }), NOTHING);
    }
    Object.assign(Object.prototype, { bg: 'red', localizations: { common: { continue: 'x' } } });
    try {
      assert.deepEqual(read({ themeColor: {} }), NOTHING);
    } finally {
      for (const key of ['bg', 'localizations']) delete /** @type {any} */ (Object.prototype)[key];
    }
  });

  test('nothing is put on a prototype', () => {
    const poison = JSON.parse('{"__proto__":{"polluted":1},"localizations":{"__proto__":{"continue":"x"},"constructor":{"prototype":{"polluted":1}}},"themeColor":{"__proto__":"red"}}');
    assert.deepEqual(read(poison), NOTHING);
    assert.equal(/** @type {any} */ ({}).polluted, undefined);
  });

  test('cycles end, and what throws is as good as nothing', () => {
    const cycle = /** @type {any} */ ({});
    Object.assign(cycle, { localizations: cycle, themeColor: cycle, common: cycle, continue: cycle, securityQuestions: cycle, questions: [cycle], resources: cycle });
    read(cycle);
    const angry = new Proxy({}, { get: thrown, getOwnPropertyDescriptor: thrown, has: thrown, ownKeys: thrown, getPrototypeOf: thrown });
    assert.deepEqual(read(angry), NOTHING);
    assert.deepEqual(read({ themeColor: angry, localizations: angry, resources: angry, customLinks: angry, securityQuestions: angry }), NOTHING);
    const { proxy, revoke } = Proxy.revocable(/** @type {any[]} */ ([]), {});
    revoke();
    assert.deepEqual(read({ securityQuestions: { questions: proxy, securityConfirmItems: proxy } }), NOTHING);
  });

  test('ten megabytes cost no more than nothing: what is not known is not looked at, and what is too long is not read', () => {
    let asked = 0;
    const count = (/** @type {any} */ target) =>
      new Proxy(target, {
        getOwnPropertyDescriptor: (object, key) => ((asked += 1), Reflect.getOwnPropertyDescriptor(object, key)),
        get: thrown,
        ownKeys: thrown,
      });
    const cost = (/** @type {any} */ localizations) => {
      asked = 0;
      const made = read({ localizations: count(localizations) });
      return [made.texts, asked];
    };
    const [, nothing] = cost({});
    const huge = Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`key${n}`, 'x'.repeat(50)]));
    assert.deepEqual(cost({ ...huge, common: { continue: 'Go' } }), [{ 'common.continue': 'Go' }, nothing]);
    const long = 'x'.repeat(10 * 1024 * 1024);
    const made = read({ localizations: { common: { continue: long } } });
    assert.deepEqual([made.texts, made.warnings], [{}, ['common.continue: longer than 500 characters']]);
  });
});

/** @returns {never} */
function thrown() {
  throw new Error('touched');
}

describe('an appearance that was sent into the frame', () => {
  const NONE = { theme: undefined, variables: {}, disableAnimations: false };
  const read = (/** @type {unknown} */ sent) => readAppearance(sent);

  test('themes by name, colours and lengths pass, written anew', () => {
    const { appearance, warnings } = read({
      theme: 'rounded', disableAnimations: true,
      variables: { '--pr-accent': 'rgb(11 110 79)', '--pr-bg': '#0008', '--pr-radius': '0', '--pr-gap': '0.5rem', '--pr-field-radius': '40px' },
    });
    assert.deepEqual(appearance, {
      theme: 'rounded', disableAnimations: true,
      variables: { '--pr-accent': '#0b6e4f', '--pr-bg': '#777777', '--pr-radius': '0px', '--pr-gap': '0.5rem', '--pr-field-radius': '40px' },
    });
    assert.deepEqual(warnings, []);
  });

  test('nothing else is a colour, and nothing else a length', () => {
    const lengths = ['1', '41px', '3rem', '1e1px', '-1px', '10vw', '100%', 'calc(1px)', 'var(--pr-gap)', '1px;color:red', '1px/**/', ' 1px', '1.0000px', '9'.repeat(1e6)];
    for (const value of [...BREAK_OUTS, ...lengths, 7, {}, [], true, null]) {
      const { appearance, warnings } = read({ variables: { '--pr-text': value, '--pr-radius': value } });
      assert.deepEqual(appearance, NONE, String(value).slice(0, 40));
      assert.deepEqual(warnings, ['--pr-text: not a colour', '--pr-radius: not a length from 0 to 40px or 2.5rem']);
    }
  });

  test('no other token, no other theme, no getter, no prototype, and never an error', () => {
    const other = { '--pr-font': 'Evil', '--pr-shadow': '0 0 0 99px red', '--pr-picture-logo': 'url(https://evil.example)', color: 'red', '--bg': 'red' };
    const getter = Object.defineProperty({}, '--pr-bg', { enumerable: true, get: () => 'red' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const sent of [undefined, null, 7, 'dark', [], proxy, { variables: proxy }, { variables: other }, { variables: getter }, { variables: Object.create({ '--pr-bg': 'red' }) }, Object.create({ theme: 'dark' }), { disableAnimations: 'yes' }]) {
      assert.deepEqual(read(sent), { appearance: NONE, warnings: [] });
    }
    for (const theme of ['__proto__', 'constructor', 'DARK', 7, {}]) assert.deepEqual(read({ theme }), { appearance: NONE, warnings: ['theme: not a theme'] });
  });
});
