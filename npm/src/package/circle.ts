// `repin/circle`: what an app of Circle's web SDK has already, for `customisation`. docs/customisation.md lists what is used.
import { customise } from '../customise/customise.ts';
import type { Customisation } from '../customise/types.ts';

export type { Customisation };
export { customise as fromCircle };

/** Circle's `Localizations`: the texts of its screens. */
export const fromCircleLocalizations = (localizations: unknown): Customisation => customise({ localizations });

/** Circle's `ThemeColor`: 52 colours. */
export const fromCircleTheme = (themeColor: unknown): Customisation => customise({ themeColor });

/** Circle's `Resources`: pictures and a font. */
export const fromCircleResources = (resources: unknown): Customisation => customise({ resources });
