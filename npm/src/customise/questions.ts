// Custom security questions. The bounds are the gateway's (`crates/server/src/protocol/questions.rs`).
import { hasMoreThan, list, own, text, type Warnings } from './read.ts';
import type { Customisation } from './types.ts';

const MOST_QUESTIONS = 50;
const LONGEST_QUESTION = 200;
const MOST_REQUIRED = 10;
/** As Circle's web SDK has it. */
const REQUIRED = 2;
const MOST_ITEMS = 10;
const LONGEST_ITEM = 300;

export function questions(input: unknown, warnings: Warnings): Pick<Customisation, 'questions' | 'requiredCount' | 'confirmItems'> {
  const told = own(input, 'requiredCount');
  const requiredCount = Number.isInteger(told) && (told as number) > 0 ? Math.min(told as number, MOST_REQUIRED) : REQUIRED;
  const given = own(input, 'questions');
  if (hasMoreThan(given, MOST_QUESTIONS)) warnings.add('questions', `only the first ${MOST_QUESTIONS} are read`);
  const found = new Map<string, Customisation['questions'][number]>();
  for (const [index, entry] of list(given, MOST_QUESTIONS).entries()) {
    const name = `questions.${index}`;
    const words = text(own(entry, 'question') ?? '', LONGEST_QUESTION, name, warnings)?.trim();
    const type = own(entry, 'type');
    if (words === undefined) continue;
    if (!words) warnings.add(name, 'no question');
    // The SDK's enum has the names as values; its documentation shows numbers too.
    else if (![undefined, 'TEXT', 'DATE'].includes(type as string)) warnings.add(name, 'neither TEXT nor DATE');
    else if (found.has(alike(words))) warnings.add(name, 'there already');
    else found.set(alike(words), { text: words, type: type === 'DATE' ? 'DATE' : 'TEXT' });
  }
  const enough = found.size >= Math.max(requiredCount, REQUIRED);
  if (found.size && !enough) warnings.add('questions', 'fewer than must be chosen; all are ignored');
  return { questions: enough ? [...found.values()] : [], requiredCount, confirmItems: items(own(input, 'securityConfirmItems'), warnings) };
}

/** The same for two questions that nobody could tell apart. */
const alike = (words: string) => words.normalize('NFKC').replace(/[\s\p{P}\p{DI}]/gu, '').toLowerCase() || words;

function items(given: unknown, warnings: Warnings): string[] {
  if (hasMoreThan(given, MOST_ITEMS)) warnings.add('securityConfirmItems', `only the first ${MOST_ITEMS} are read`);
  return list(given, MOST_ITEMS).flatMap((item, index) => text(item, LONGEST_ITEM, `securityConfirmItems.${index}`, warnings)?.trim() || []);
}
