// Keys and the palette. Everything it finds, the page /go finds without it.
(() => {
  if (!document.querySelector('header nav a[href="/go"]')) return;

  // A field of the palette has the focus for a moment after the palette is closed, and nobody types there.
  const isTyping = (e) => (/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.nodeName) || e.target.isContentEditable) && !e.target.closest('dialog:not([open])');
  let dialog = null;
  let chosen = -1;
  let asked = 0;

  const links = () => [...dialog.querySelectorAll('.found a')];
  const choose = (index) => {
    const all = links();
    chosen = all.length === 0 ? -1 : (index + all.length) % all.length;
    all.forEach((a, i) => {
      a.id = `found-${i}`;
      a.setAttribute('role', 'option');
      a.setAttribute('tabindex', '-1');
      a.setAttribute('aria-selected', i === chosen);
    });
    const input = dialog.querySelector('input');
    if (chosen < 0) input.removeAttribute('aria-activedescendant'); else input.setAttribute('aria-activedescendant', `found-${chosen}`);
    all[chosen]?.scrollIntoView({ block: 'nearest' });
  };
  const find = async () => {
    const mine = ++asked;
    const answer = await fetch(`/go?q=${encodeURIComponent(dialog.querySelector('input').value)}`, { redirect: 'manual' });
    if (!answer.ok || mine !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = [...page.querySelectorAll('#results a')].map((a) => document.importNode(a, true));
    dialog.querySelector('.found').replaceChildren(...found);
    dialog.querySelector('.nothing').hidden = found.length > 0;
    choose(0);
  };
  const make = () => {
    dialog = document.createElement('dialog');
    dialog.className = 'palette';
    dialog.setAttribute('aria-label', 'Go to');
    dialog.innerHTML = '<input type="search" role="combobox" aria-expanded="true" aria-controls="found" aria-autocomplete="list" aria-label="A page, or an identifier"'
      + ' placeholder="A page, or an identifier" autocomplete="off" spellcheck="false"><div class="found" id="found" role="listbox" aria-label="Found"></div>'
      + '<p class="muted nothing" hidden>Nothing of that name.</p>';
    document.body.append(dialog);
    let timer = 0;
    dialog.querySelector('input').addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(find, 120);
    });
    dialog.addEventListener('keydown', (e) => {
      if (e.key === 'ArrowDown') choose(chosen + 1);
      else if (e.key === 'ArrowUp') choose(chosen - 1);
      else if (e.key === 'Enter') links()[chosen]?.click();
      else return;
      e.preventDefault();
    });
    dialog.addEventListener('click', (e) => { if (e.target === dialog) dialog.close(); });
  };
  const show = () => {
    if (!dialog) make();
    if (dialog.open) return;
    dialog.showModal();
    dialog.querySelector('input').select();
    find();
  };

  let isGoing = false;
  addEventListener('keydown', (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === 'k') {
      e.preventDefault();
      show();
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey || isTyping(e) || dialog?.open) return;
    if (isGoing) {
      isGoing = false;
      const link = document.querySelector(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`);
      if (link) {
        e.preventDefault();
        location.href = link.href;
      }
    } else if (e.key === 'g') {
      isGoing = true;
      setTimeout(() => { isGoing = false; }, 1500);
    } else if (e.key === '/') {
      e.preventDefault();
      show();
    } else if (e.key === '?') {
      location.href = '/go#keys';
    }
  });
})();
