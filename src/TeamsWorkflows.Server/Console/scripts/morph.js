// Makes a part of the page like a newer one, and leaves alone what a person is doing: typed text, focus, open details.
const morph = (() => {
  const isField = (e) => /^(INPUT|TEXTAREA|SELECT)$/.test(e.nodeName) && e.type !== 'hidden';
  const isTouched = (e) => isField(e) && (e === document.activeElement
    || (e.nodeName === 'SELECT' ? [...e.options].some((o) => o.selected !== o.defaultSelected)
      : e.type === 'checkbox' || e.type === 'radio' ? e.checked !== e.defaultChecked : e.value !== e.defaultValue));
  const holds = (node) => node.nodeType === 1
    && (isTouched(node) || node.contains(document.activeElement) || [...node.querySelectorAll('input,textarea,select')].some(isTouched));
  // What tells a part of a page from its neighbours: its identifier, where it sends, or its heading without the figures.
  const key = (node) => node.nodeType !== 1 ? '' : node.id || node.getAttribute('action')
    || [...node.children].find((c) => /^(SUMMARY|H2|H3)$/.test(c.nodeName))?.textContent.replace(/\d[\d,.]*/g, '#') || '';
  const fits = (old, fresh) => old.nodeName === fresh.nodeName && key(old) === key(fresh);
  const find = (at, fresh) => {
    let left = fresh.nodeType !== 1 ? 1 : key(fresh) ? Infinity : 3;
    for (let node = at; node && left > 0; node = node.nextSibling, left--) {
      if (fits(node, fresh)) return node;
    }
    return null;
  };

  const attributes = (old, fresh) => {
    if (isTouched(old)) return;
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (name !== 'open' && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  };

  // Returns false when something of the person's had to stay that is not there any more.
  const into = (old, fresh) => {
    if (old.isEqualNode(fresh)) return true;
    attributes(old, fresh);
    if (old.nodeName === 'TEXTAREA') return true;
    let isWhole = true;
    let at = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      const match = find(at, next);
      if (!match) {
        old.insertBefore(document.importNode(next, true), at);
        continue;
      }
      while (at !== match) {
        const gone = at;
        at = at.nextSibling;
        if (holds(gone)) isWhole = false; else gone.remove();
      }
      if (match.nodeType === 1) isWhole = into(match, next) && isWhole;
      else if (match.data !== next.data) match.data = next.data;
      at = match.nextSibling;
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      if (holds(gone)) isWhole = false; else gone.remove();
    }
    return isWhole;
  };
  return into;
})();
