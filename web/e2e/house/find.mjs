// Finds what people see, by the words they see: runs in the page, so it stands alone.

/**
 * The elements at the end of some steps, each `{ css }`, `{ role, name, exact, disabled }`,
 * `{ label, exact }`, `{ text }`, `{ hasText }` or `{ nth }`; one that is not shown counts only for
 * `css`.
 */
export function find(steps) {
  const ROLES = {
    button: 'button, [role="button"]',
    checkbox: 'input[type="checkbox"], [role="checkbox"]',
    group: 'fieldset, [role="group"]',
    heading: 'h1, h2, h3, h4, h5, h6',
    textbox: 'textarea, input:not([type]), input[type="text"], input[type="email"], [role="textbox"]',
  };
  const FIELDS = 'input, textarea, select';
  const tidy = (text) => (text ?? '').replace(/\s+/gu, ' ').trim();
  const isShown = (it) => it.checkVisibility({ visibilityProperty: true });
  const said = (it) => tidy(
    [...it.childNodes].map((node) => {
      if (node.nodeType === 3) return node.data;
      return node.nodeType === 1 && node.ariaHidden !== 'true' && isShown(node) ? said(node) : '';
    }).join(' '),
  );
  const named = (ids) => ids.split(' ').map((id) => tidy(document.getElementById(id)?.textContent)).join(' ');
  const labelOf = (it) => {
    if (it.hasAttribute('aria-labelledby')) return named(it.getAttribute('aria-labelledby'));
    return tidy(it.ariaLabel ?? [...(it.labels ?? [])].map(said).join(' '));
  };
  const nameOf = (it) => labelOf(it) || said(it);
  const fits = (text, wanted, exact) => (exact ? text === wanted : text.includes(wanted));
  const all = (from, css) => from.flatMap((it) => [...it.querySelectorAll(css)]);
  const step = (from, by) => {
    if (by.css) return all(from, by.css);
    if (by.role) {
      return all(from, ROLES[by.role] ?? `[role="${by.role}"]`).filter((it) => isShown(it)
        && (by.name === undefined || fits(nameOf(it), by.name, by.exact))
        && (by.disabled === undefined || Boolean(it.disabled) === by.disabled));
    }
    if (by.label) return all(from, FIELDS).filter((it) => fits(labelOf(it), by.label, by.exact));
    if (by.text) {
      const holds = all(from, '*').filter((it) => isShown(it) && tidy(it.textContent).includes(by.text));
      return holds.filter((it) => !holds.some((other) => other !== it && it.contains(other)));
    }
    if (by.hasText) return from.filter((it) => tidy(it.textContent).includes(by.hasText));
    return from.slice(by.nth).slice(0, 1);
  };
  return [...new Set(steps.reduce(step, [document]))];
}
