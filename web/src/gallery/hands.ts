import { tick } from 'svelte';

/** Finds what can be pressed by the words that a person sees or hears. */
function pressable(words: string): HTMLElement {
  // Behind a dialog nothing can be pressed.
  const within = document.querySelector('dialog[open]') ?? document;
  const all = within.querySelectorAll<HTMLElement>(
    'button, a[href], [role=menuitem], label, summary, summary strong',
  );
  const found = [...all].find(
    (one) => one.textContent.trim() === words || one.getAttribute('aria-label') === words,
  );
  if (!found) throw new Error(`nothing to press says ${words}`);
  return found;
}

/** Presses a button by its words, and lets the page follow. */
export async function press(words: string): Promise<void> {
  pressable(words).click();
  await settle();
}

/** Writes into the field that a label names. */
export async function write(label: string, text: string): Promise<void> {
  const labels = [...document.querySelectorAll('label')];
  const id = labels.find((one) => one.textContent.trim() === label)?.htmlFor;
  const field =
    (id && document.getElementById(id)) || document.querySelector(`[aria-label="${label}"]`);
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) {
    throw new Error(`no field is called ${label}`);
  }
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await settle();
}

/** Presses a key where the focus is to be. */
export async function key(selector: string, name: string): Promise<void> {
  const target = document.querySelector<HTMLElement>(selector);
  target?.focus();
  target?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
  await settle();
}

/** Lets promises and drawings of now come to their end. */
export async function settle(): Promise<void> {
  await tick();
  await new Promise((resolve) => setTimeout(resolve));
  await tick();
}
