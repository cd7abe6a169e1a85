// Keeps a page up to date: asks for the next change, then fetches the page again and swaps its main part.
// What a person is doing stays: an open form field or opened replies put the swap off or are carried over.
(async () => {
  const wait = seconds => new Promise(done => setTimeout(done, seconds * 1000));
  for (;;) {
    const main = document.querySelector('main[data-live]');
    if (!main) {
      return;
    }
    try {
      const answer = await fetch(`/live/${encodeURIComponent(main.dataset.live)}?after=${main.dataset.version}`);
      const { version } = await answer.json();
      if (String(version) === main.dataset.version) {
        continue;
      }
      if (main.contains(document.activeElement) && document.activeElement.matches('input')) {
        await wait(2);
        continue;
      }
      const page = await (await fetch(location.href)).text();
      const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('main[data-live]');
      const open = [...main.querySelectorAll('article:has(details[open])')].map(article => article.id);
      main.replaceWith(fresh);
      for (const id of open) {
        document.getElementById(id)?.querySelector('details')?.setAttribute('open', '');
      }
      await wait(0.5);
    } catch {
      await wait(3);
    }
  }
})();
