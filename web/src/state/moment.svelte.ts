import { createSubscriber } from 'svelte/reactivity';

const everySecond = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

const lookedAt = createSubscriber((update) => {
  const events = ['focus', 'blur'] as const;
  for (const name of events) window.addEventListener(name, update);
  document.addEventListener('visibilitychange', update);
  return () => {
    for (const name of events) window.removeEventListener(name, update);
    document.removeEventListener('visibilitychange', update);
  };
});

/** Unix milliseconds; whoever reads it in markup is drawn again each second. */
export function wall(): number {
  everySecond();
  return Date.now();
}

/** The value of `clock` now; drawn again each second. */
export function ticking(clock: () => number): number {
  everySecond();
  return clock();
}

/** Whether somebody looks at this page. Reactive. */
export function attended(): boolean {
  lookedAt();
  return document.visibilityState === 'visible' && document.hasFocus();
}
