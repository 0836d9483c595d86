// What a host's style sheet and markup may reach inside the widget: `part` by the classes that the face sets, and
// `<slot>`s at the edges of its card. Done from here, so that it costs the face nothing.

/** Public names: never renamed. */
const OF_CLASS: Record<string, string> = {
  repin: 'frame', card: 'card', bar: 'header', steps: 'steps', track: 'step-track', page: 'body',
  lead: 'lead', accent: 'title-accent', hint: 'hint', fld: 'input', date: 'date', error: 'field-error',
  pin: 'pin', bad: 'pin-invalid', slot: 'pin-slot', a: 'pin-slot-active', f: 'pin-slot-filled',
  rules: 'rules', summary: 'summary', note: 'note', err: 'alert', warn: 'warning',
  main: 'button-primary', alt: 'button-secondary', link: 'link', clock: 'countdown', disc: 'illustration',
};
const OF_TAG: Record<string, string> = { H2: 'title', LABEL: 'label', LEGEND: 'label', PROGRESS: 'progress', LI: 'rule' };

/** Where a slot shows: on every step, or on these. */
const SLOTS: Record<string, RegExp> = {
  logo: /./,
  intro: /^(questions|current-pin|new-pin|questions-intro)$/,
  help: /^(cannot-recover|locked|error|offline|expired)$/,
  forgot: /^(current-pin|forgot)$/,
  'success-extra': /^success$/,
  footer: /./,
};

/** Keeps the parts named and the slots in place. Returns what tells it the step. */
export function dress(root: ShadowRoot): (step: string) => void {
  let now = 'loading';
  const slots = Object.keys(SLOTS).map((name) => {
    const slot = document.createElement('slot');
    slot.name = name;
    return slot;
  });
  const show = () => slots.forEach((slot) => (slot.hidden = !SLOTS[slot.name].test(now)));
  const see = (element: Element) => {
    const names = [...element.classList].map((name) => OF_CLASS[name]);
    if (element.classList.contains('round')) names.push(element.nextElementSibling ? 'back' : 'close');
    const parts = [OF_TAG[element.tagName], ...names].filter(Boolean).join(' ');
    if (parts) element.setAttribute('part', parts);
  };
  // A new card, or one with new children.
  const place = (card: Element | null) => {
    if (!card || slots[0].parentNode === card) return;
    const [logo, intro, ...after] = slots;
    card.prepend(logo, intro);
    card.append(...after);
  };
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      const found = type === 'attributes' ? [target] : addedNodes;
      for (const node of found) {
        if (!(node instanceof Element)) continue;
        see(node);
        if (type !== 'attributes') node.querySelectorAll('*').forEach(see);
      }
    }
    place(root.querySelector('.card'));
  }).observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['class'] });
  show();
  return (step) => {
    now = step;
    show();
  };
}
