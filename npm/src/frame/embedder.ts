// Who frames this page. The gateway served it because `?origin=` names an allowed origin, and told browsers to let that
// origin alone frame it; this looks once more with what the browser shows here.

/** What of the page the decision rests on. */
export interface Surroundings {
  /** `location.search`. */
  search: string;
  /** This page's own origin as messages carry it: `null` in a sandbox. */
  own: string;
  /** No page is around this one. */
  isTop: boolean;
  /** Origins of all pages around, innermost first, where the browser tells them. */
  ancestors?: ArrayLike<string>;
  /** The URL of the page that asked for this one, or nothing. */
  referrer: string;
}

/** The one origin to talk with, or nothing when this page should not be where it is. */
export function embedder({ search, own, isTop, ancestors, referrer }: Surroundings): string | undefined {
  const claimed = search.startsWith('?origin=') ? search.slice('?origin='.length) : '';
  const honest =
    !isTop &&
    own !== 'null' &&
    originOf(claimed) === claimed &&
    Array.from(ancestors ?? []).every((ancestor) => ancestor === claimed) &&
    (!referrer || originOf(referrer) === claimed);
  return honest ? claimed : undefined;
}

/** Of a page's URL; nothing for any other. */
function originOf(url: string): string | undefined {
  if (!/^https?:/.test(url)) return undefined;
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
}
