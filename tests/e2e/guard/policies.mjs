// The policies of docs/security-headers.md, as they stand there: what the tests run is what people copy.
import { readFileSync } from 'node:fs';

const DOCUMENT = new URL('../../../docs/security-headers.md', import.meta.url);

/**
 * The first policy below a headline that begins so.
 *
 * @param {string} headline
 * @param {Record<string, string>} [named] what stands in for the document's examples
 * @returns {string} in one line
 */
export function policyOf(headline, named = {}) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const section = text.split(/^## /m).find((section) => section.startsWith(headline));
  const block = section?.match(/```http\nContent-Security-Policy:\s*([^`]*)```/)?.[1];
  if (!block) throw new Error(`docs/security-headers.md has no policy under "${headline}"`);
  const whole = Object.entries(named).reduce((block, [example, real]) => block.replaceAll(example, real), block);
  return whole.replace(/\s+/g, ' ').trim();
}
