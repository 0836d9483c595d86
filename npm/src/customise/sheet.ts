// Rules for tokens that only customised widgets have, laid over `style/widget.css`. Nothing of a host's stands in here:
// its values are in custom properties. Each falls back to what the plain widget shows.

export const SHEET = `
.repin::backdrop { background: var(--pr-backdrop, rgb(10 12 18/.5)); }
.repin .accent { color: var(--pr-accent-text, var(--accent)); background: var(--pr-title-gradient, none) text; }
.repin .hero .lead, .repin .hint, .repin .ask { color: var(--pr-hint, var(--muted)); }
.repin .ask, .repin .nth { display: block; font-size: .875rem; line-height: 1.45; }
.repin .ask { margin-block: .25rem .5rem; overflow-wrap: anywhere; }
.repin .nth { color: var(--pr-summary, var(--muted)); }
.repin .rules li:not(.ok, .no) { color: var(--pr-point, var(--muted)); }
.repin .summary .hint { color: var(--pr-summary, var(--pr-hint, var(--muted))); }
.repin .summary strong { color: var(--pr-summary-strong, var(--text)); }
.repin .hint bdi { color: var(--pr-hint-words, inherit); }
.repin .hint span:has(> bdi) { color: var(--pr-hint-title, inherit); background: var(--pr-hint-title-bg, none); box-shadow: 0 0 0 .2rem var(--pr-hint-title-bg, transparent); border-radius: 1px; }
.repin .fld { color: var(--pr-field-text, inherit); }
.repin .fld::placeholder { color: var(--pr-placeholder, var(--muted)); opacity: 1; }
.repin .fld:focus { border-color: var(--pr-field-focus, var(--field-border)); }
.repin .fld[aria-invalid="true"] { border-color: var(--pr-field-error, var(--danger)); }
.repin select.fld, .repin select.fld option { background-color: var(--pr-list-bg, var(--field-bg)); }
.repin select.fld:focus { border-color: var(--pr-list-open, var(--pr-field-focus, var(--field-border))); }
.repin select.fld[aria-invalid="true"] { border-color: var(--pr-list-error, var(--pr-field-error, var(--danger))); }
.repin .slot { background: var(--pr-slot-bg, var(--field-bg)); border-color: var(--pr-slot-border, var(--field-border)); }
.repin .slot.f::after { background: var(--pr-slot-dot, currentColor); }
.repin .slot.a { border-color: var(--pr-field-focus, var(--accent)); box-shadow: 0 0 0 3px color-mix(in srgb, var(--pr-field-focus, var(--accent)) 22%, transparent); }
.repin .slot.a:not(.f)::after { background: var(--pr-field-focus, var(--accent)); }
.repin .bad .slot { border-color: var(--pr-field-error, var(--danger)); }
.repin .shown input { color: var(--pr-slot-text, var(--text)); }
.repin .main:hover { color: var(--pr-main-hover-text, var(--on-accent)); }
.repin .main[aria-disabled="true"] { background: var(--pr-main-off, var(--surface)); color: var(--pr-main-off-text, var(--muted)); }
.repin .alt { color: var(--pr-alt-text, inherit); border-color: var(--pr-alt-border, var(--field-border)); }
.repin .alt:hover { color: var(--pr-alt-hover-text, var(--pr-alt-text, inherit)); background: var(--pr-alt-hover, var(--surface)); border-color: var(--pr-alt-hover-border, var(--pr-alt-border, var(--field-border))); }
.repin .alt[aria-disabled="true"] { color: var(--pr-alt-off-text, var(--muted)); border-color: var(--pr-alt-off-border, var(--border)); }
.repin .link { color: var(--pr-link, var(--accent)); background: var(--pr-link-bg, none); }
.repin .link:hover { color: var(--pr-link-hover-text, var(--pr-link, var(--accent))); background: var(--pr-link-hover, var(--pr-link-bg, none)); }
@supports (background-clip: text) { .repin[data-gradient] .accent { color: transparent; } }
@media (forced-colors: active) { .repin .accent { color: CanvasText !important; background: none !important; } }
@media (prefers-contrast: more) { .repin .accent { color: var(--text) !important; background: none !important; } }
`;

/** The rule that shows a picture in its part's place, once the picture is known to load. */
export const PICTURE_RULES: Record<string, [part: string, shown: string]> = {
  close: ['.repin .bar > .round:last-child', 'background: var(--pr-picture-close) center/1.25rem no-repeat'],
  back: ['.repin .bar > .round:first-child', 'background: var(--pr-picture-back) center/1.25rem no-repeat'],
  intro: ['.repin .disc.intro', 'background: var(--pr-picture-intro) center/contain no-repeat; inline-size: 100%; block-size: 8rem; border-radius: 0'],
  confirm: ['.repin .disc.confirm', 'background: var(--pr-picture-confirm) center/contain no-repeat; inline-size: 100%; block-size: 8rem; border-radius: 0'],
  error: ['.repin .error .icon', 'background: var(--pr-picture-error) center/contain no-repeat'],
  arrow: ['.repin select.fld', 'appearance: none; background: var(--pr-list-bg, var(--field-bg)) var(--pr-picture-arrow) right .875rem center/1rem no-repeat; padding-inline-end: 2.5rem'],
};
