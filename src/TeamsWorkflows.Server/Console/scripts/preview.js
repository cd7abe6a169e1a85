// Shows what a form leads to while it is filled in: the button does the same without this.
(() => {
  const form = document.querySelector('form[data-preview]');
  const region = form && document.getElementById(form.dataset.preview);
  if (!region) return;

  let asked = 0;
  let timer = 0;
  const show = async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual' });
      if (!answer.ok || mine !== asked) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(region.id);
      if (fresh) morph(region, fresh);
    } catch {
      // The server is away: the next key asks again.
    }
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(show, 400);
  });
})();
