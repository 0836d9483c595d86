// What must be found nowhere, in every spelling in which it could have slipped out, and the search for it.

/** @typedef {{ name: string, bytes: number[] }} Needle */

/**
 * Spellings of a secret in memory.
 *
 * @param {string} name
 * @param {string} secret
 * @returns {Needle[]}
 */
export function inMemory(name, secret) {
  const utf8 = [...Buffer.from(secret, 'utf8')];
  const spellings = {
    'UTF-8': utf8,
    'UTF-16': [...Buffer.from(secret, 'utf16le')],
    ...(/^\d+$/.test(secret) && { digits: [...secret].map(Number) }),
  };
  return Object.entries(spellings).map(([spelling, bytes]) => ({ name: `${name} as ${spelling}`, bytes }));
}

/** Raw bytes, and their usual spellings. @param {string} name @param {Buffer} secret @returns {Needle[]} */
export function rawInMemory(name, secret) {
  return [
    { name: `${name} raw`, bytes: [...secret] },
    { name: `${name} as base64`, bytes: [...Buffer.from(secret.toString('base64').replace(/=+$/, ''))] },
    { name: `${name} as hex`, bytes: [...Buffer.from(secret.toString('hex'))] },
  ];
}

/**
 * Which secrets a text holds, and how they are spelled. Ten spellings each.
 *
 * @param {string} text
 * @param {Record<string, string>} secrets by name
 * @returns {string[]}
 */
export function inText(text, secrets) {
  // Fractions of a second and durations have six digits too; any other six must stand alone to count as a PIN.
  const clean = text.replace(/\d\d:\d\d:\d\d\.\d+|\bmicros\W+\d+/g, '');
  return Object.entries(secrets).flatMap(([name, secret]) =>
    spellings(secret)
      .filter(([, spelled]) => (/^\d+$/.test(spelled) ? new RegExp(`(?<![0-9a-zA-Z])${spelled}(?![0-9a-zA-Z])`).test(clean) : clean.includes(spelled)))
      .map(([spelling]) => `${name} as ${spelling}`),
  );
}

/** @param {string} secret @returns {[string, string][]} */
function spellings(secret) {
  const bytes = Buffer.from(secret, 'utf8');
  const list = [...bytes].join(', ');
  /** @type {[string, string][]} */
  const all = [
    ['text', secret],
    ['upper case', secret.toUpperCase()],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['URL', encodeURIComponent(secret)],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ...[0, 1, 2].map((offset) => /** @type {[string, string]} */ ([`base64 at ${offset}`, insideBase64(bytes, offset)])),
    ['base64url', bytes.toString('base64url')],
    ['list of bytes', list],
    ['reversed', [...secret].reverse().join('')],
    ...(/^\d+$/.test(secret) ? /** @type {[string, string][]} */ ([['list of digits', [...secret].join(', ')]]) : []),
  ];
  return all.filter(([, spelled], index) => all.findIndex(([, other]) => other === spelled) === index);
}

/** The characters that every base64 text has which holds these bytes at such an offset. @param {Buffer} bytes @param {number} offset */
function insideBase64(bytes, offset) {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').replace(/=+$/, '');
  // The first and last character may share bits with neighbours.
  return whole.slice(Math.ceil((offset * 4) / 3), (bytes.length + offset) % 3 ? -1 : undefined);
}

/**
 * How often each needle stands in each WebAssembly memory of a thread. The needles travel as numbers, so the search
 * itself leaves no copy in such a memory.
 *
 * @param {import('puppeteer-core').CDPSession} thread a session with a page or a worker
 * @param {Needle[]} needles
 * @returns {Promise<{ memories: number, bytes: number, found: string[] }>}
 */
export async function searchMemories(thread, needles) {
  const memories = await allMemories(thread);
  const { result } = await thread.send('Runtime.callFunctionOn', {
    objectId: memories,
    functionDeclaration: `${search}`,
    arguments: [{ value: needles.map(({ bytes }) => bytes) }],
    returnByValue: true,
  });
  const counts = result.value.counts;
  return {
    memories: result.value.memories,
    bytes: result.value.bytes,
    found: needles.flatMap(({ name }, index) => (counts[index] ? [`${name} ×${counts[index]}`] : [])),
  };
}

/**
 * Plants bytes at the end of the first memory: the control that a search must catch.
 *
 * @param {import('puppeteer-core').CDPSession} thread
 * @param {number[]} bytes
 */
export async function plant(thread, bytes) {
  await thread.send('Runtime.callFunctionOn', {
    objectId: await allMemories(thread),
    functionDeclaration: `function (bytes) {
      const memory = new Uint8Array(this[0].buffer);
      memory.set(bytes, memory.length - bytes.length);
    }`,
    arguments: [{ value: bytes }],
  });
}

/** @param {import('puppeteer-core').CDPSession} thread @returns {Promise<string>} the id of an array of all memories */
async function allMemories(thread) {
  const { result } = await thread.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
  const { objects } = await thread.send('Runtime.queryObjects', { prototypeObjectId: result.objectId ?? '' });
  return objects.objectId ?? '';
}

/** Runs in the thread, with all its memories as `this`. @this {WebAssembly.Memory[]} @param {number[][]} needles */
function search(needles) {
  const counts = needles.map(() => 0);
  let bytes = 0;
  for (const { buffer } of this) {
    const memory = new Uint8Array(buffer);
    bytes += memory.length;
    needles.forEach((needle, index) => {
      for (let at = memory.indexOf(needle[0]); at >= 0; at = memory.indexOf(needle[0], at + 1)) {
        if (needle.every((byte, offset) => memory[at + offset] === byte)) counts[index] += 1;
      }
    });
  }
  return { memories: this.length, bytes, counts };
}
