// What Circle's web SDK calls customisation: texts, colours, pictures, links and security questions that a host page
// sends. All of it is hostile input. Fetched only by pages that customise.
import { list, own, Warnings } from './read.ts';
import { address, font, pictures } from './resources.ts';
import { questions } from './questions.ts';
import { texts } from './texts.ts';
import { theme } from './theme.ts';
import type { Customisation } from './types.ts';

export type { Customisation } from './types.ts';
export { readAppearance } from './own_tokens.ts';
export { wear } from './wear.ts';

/**
 * Reads a customisation in the shape that Circle's web SDK posts: `{securityQuestions, themeColor, localizations,
 * resources, customLinks}`, and `recoveryWays` of our own. Pure and total: it never throws, and costs the same whatever the input's size. What cannot be
 * used is left out and named in `warnings`.
 */
export function customise(input: unknown): Customisation {
  const warnings = new Warnings();
  const resources = own(input, 'resources');
  const colours = theme(own(input, 'themeColor'), warnings);
  const family = font(resources, warnings);
  return {
    texts: texts(own(input, 'localizations'), warnings),
    tokens: { ...colours.tokens, ...(family && { '--pr-font': family }) },
    ...(colours.theme && { theme: colours.theme }),
    images: pictures(resources, warnings),
    ...link(own(own(input, 'customLinks'), 'learnMoreUrl'), warnings),
    ...ways(own(input, 'recoveryWays'), warnings),
    ...questions(own(input, 'securityQuestions'), warnings),
    warnings: warnings.lines,
  };
}

/** Ours, and not Circle's: which ways back are left to choose from. */
function ways(value: unknown, warnings: Warnings): Pick<Customisation, 'recoveryWays'> {
  if (value === undefined) return {};
  const recoveryWays = (['questions', 'email', 'both'] as const).filter((way) => list(value, 3).includes(way));
  if (!recoveryWays.length) warnings.add('recoveryWays', 'none that there is');
  return recoveryWays.length ? { recoveryWays } : {};
}

function link(value: unknown, warnings: Warnings): { learnMoreUrl?: string } {
  const learnMoreUrl = address(value, 'customLinks.learnMoreUrl', warnings);
  return learnMoreUrl ? { learnMoreUrl } : {};
}
