/** Where a language's texts are. The npm package has a list of whole addresses here, for bundlers follow no other. */
export const localeUrl = (file: string) => new URL(`./locales/${file}.json`, import.meta.url);
