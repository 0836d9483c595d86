// What to paste for the look that is chosen, for each way to embed. The mock stays out: this is for the real thing.
import { START, type State } from './state.ts';

export const LANGUAGES = ['HTML', 'React', 'Vue', 'Svelte', 'Next', 'Leptos'] as const;
export type Language = (typeof LANGUAGES)[number];

export function code(language: Language, state: State): string {
  const options = chosen(state);
  const inside = (depth: number) => lines(options, depth);
  const session = `const getSession = (reason) => fetch(\`/api/pin-session?reason=\${reason}\`, { method: 'POST' }).then((answer) => answer.json());`;
  const jsx = Object.entries(options).map(([name, value]) => `\n      ${name}={${shown(value, 6)}}`).join('');
  const component = `export function Recovery({ onDone }) {
  return (
    <PinRecovery
      getSession={getSession}${jsx}
      onOutcome={(outcome) => onDone(outcome.status)}
    />
  );
}`;
  switch (language) {
    case 'HTML':
      return `<div id="recovery"></div>
<script type="module">
  import { mount } from '/repin.js';

  // Your backend answers with { userToken, encryptionKey, challengeId }.
  ${session}

  mount('#recovery', {
    getSession,${inside(4)}
    onOutcome: (outcome) => console.log(outcome.status),
  });
</script>`;
    case 'React':
      return `import { PinRecovery } from 'repin/react';

${session}

${component}`;
    case 'Next':
      return `'use client';
import { PinRecovery } from 'repin/react';

${session}

${component}`;
    case 'Vue':
      return `<script setup>
import { PinRecovery } from 'repin/vue';

${session}
const options = {
  getSession,${inside(2)}
};
</script>

<template>
  <PinRecovery :options="options" @outcome="(outcome) => console.log(outcome.status)" />
</template>`;
    case 'Svelte':
      return `<script>
  import { pinRecovery } from 'repin/svelte';

  ${session}
  const options = {
    getSession,${inside(4)}
    onOutcome: (outcome) => console.log(outcome.status),
  };
</script>

<div use:pinRecovery={options}></div>`;
    case 'Leptos':
      return leptos(state);
  }
}

/** The options that differ from what the widget does by itself. */
function chosen(state: State): Record<string, unknown> {
  const { tokens, still, preset } = state;
  const appearance = {
    ...(preset && { theme: preset }),
    ...(Object.keys(tokens).length && { variables: tokens }),
    ...(still && { disableAnimations: true }),
  };
  return {
    ...(state.locale !== START.locale && { locale: state.locale }),
    ...(state.dir !== 'auto' && { dir: state.dir }),
    ...(state.theme !== 'auto' && { theme: state.theme }),
    ...(state.presentation !== 'auto' && { presentation: state.presentation }),
    ...(Object.keys(appearance).length && { appearance }),
  };
}

function lines(options: Record<string, unknown>, depth: number): string {
  const pad = ' '.repeat(depth);
  return Object.entries(options).map(([name, value]) => `\n${pad}${name}: ${shown(value, depth)},`).join('');
}

function shown(value: unknown, depth: number): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? `'${value.replace(/'/g, "\\'")}'` : `${value}`;
  const pad = ' '.repeat(depth + 2);
  const members = Object.entries(value).map(([name, member]) => `${pad}${/^\w+$/.test(name) ? name : `'${name}'`}: ${shown(member, depth + 2)},`);
  return `{\n${members.join('\n')}\n${' '.repeat(depth)}}`;
}

/** The element is plain HTML to Leptos; it is started from the page's script. */
function leptos(state: State): string {
  const attributes = [
    state.locale !== START.locale && `locale="${state.locale}"`,
    state.theme !== 'auto' && `theme="${state.theme}"`,
    state.presentation !== 'auto' && `presentation="${state.presentation}"`,
  ].filter(Boolean);
  return `use leptos::prelude::*;

/// Beside it in the page: <script type="module" src="/repin/auto.js"></script>
#[component]
pub fn Recovery() -> impl IntoView {
    view! { <pin-recovery${attributes.map((attribute) => ` ${attribute}`).join('')}></pin-recovery> }
}`;
}
