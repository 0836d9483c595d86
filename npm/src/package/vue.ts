// `repin/vue`, for Vue 3.
import { defineComponent, h, onBeforeUnmount, onMounted, ref, watch, type PropType } from 'vue';
import type { Failure, Outcome, PinRecoveryOptions, StepDetail } from '../types.ts';
import { define } from './index.ts';
import type { PinRecoveryElement } from './element.ts';

/** The widget, started when it is mounted and closed when it goes. What is not an event is in `options`. */
export const PinRecovery = defineComponent({
  name: 'PinRecovery',
  props: {
    options: { type: Object as PropType<PinRecoveryOptions>, required: true },
    locale: String,
  },
  emits: {
    step: (_: StepDetail) => true,
    error: (_: Failure) => true,
    outcome: (_: Outcome) => true,
  },
  setup(props, { emit, slots }) {
    const element = ref<PinRecoveryElement>();
    let gone = false;
    onMounted(() => {
      define();
      const { options, locale } = props;
      void element.value?.start({
        ...options,
        locale: locale ?? options.locale,
        onStep: (step) => gone || (options.onStep?.(step), emit('step', step)),
        onError: (error) => gone || (options.onError?.(error), emit('error', error)),
        onOutcome: (outcome) => gone || (options.onOutcome?.(outcome), emit('outcome', outcome)),
      });
    });
    watch(() => props.locale, (locale) => element.value && (element.value.locale = locale));
    onBeforeUnmount(() => {
      gone = true;
      element.value?.cancel();
    });
    return () => h('pin-recovery', { ref: element }, slots.default?.());
  },
});
