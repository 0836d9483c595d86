// The widget's rules. They are in the script that shows the first of them: a file of their own was a wait more before it.

// @ts-expect-error put in when it is built
import rules from 'repin:styles';

let sheet: CSSStyleSheet | undefined;

/** One for the whole page. Constructable, for a strict CSP lets neither a style element nor an attribute through. */
export function styles(): CSSStyleSheet {
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(rules);
  return sheet;
}
