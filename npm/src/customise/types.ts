// What is left of a host's customisation once it has been read: small, plain, and safe to show.

/** Made by `customise`. Every field is within its bounds; nothing in it is markup, a rule or a script. */
export interface Customisation {
  /** Our texts to replace, by their place in `locales/en.json` or in the group `custom`. Shown as text, never as markup. */
  texts: Record<string, string>;
  /** Custom properties of the widget's element. Colours are `#rrggbb` or `#rrggbbaa`. */
  tokens: Record<string, string>;
  /** Which of our themes the tokens are laid over; none if no colour was given. */
  theme?: 'light' | 'dark';
  /** Pictures by the part that they replace. `https:` addresses. */
  images: Partial<Record<Picture, string>>;
  /** `https:` address behind "Learn more". */
  learnMoreUrl?: string;
  /** Questions to choose from; empty for the gateway's. */
  questions: { text: string; type: 'TEXT' | 'DATE' }[];
  /** How many questions must be chosen, 1 to 10. The gateway's minimum holds in any case. */
  requiredCount: number;
  /** The ways back that are left to choose from, where the host says so. */
  recoveryWays?: ('questions' | 'email' | 'both')[];
  /** What has to be understood before answers are saved; empty for our own points. */
  confirmItems: string[];
  /** For the developer's console: what was ignored or changed, by its name, never by its value. */
  warnings: string[];
}

export type Picture = 'close' | 'back' | 'intro' | 'confirm' | 'error' | 'arrow';
