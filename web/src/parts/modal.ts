/**
 * Opens a dialog as a modal one: focus stays inside, Esc cancels, and focus returns to where it
 * was. What is marked `data-first` has the focus first.
 */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  dialog.showModal();
  dialog.querySelector<HTMLElement>('[data-first]')?.focus();
  return () => {
    dialog.close();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
}
