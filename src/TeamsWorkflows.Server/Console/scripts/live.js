// Keeps the marked regions of an open page up to date. A page that nobody looks at listens to nothing.
(() => {
  const regions = () => [...document.querySelectorAll('[data-live]')];
  const isForOperators = document.querySelector('header nav a[href="/go"]'); // others may not listen
  if (!window.EventSource || !isForOperators || regions().length === 0) return;

  const pause = 1000;
  let source = null;
  let timer = 0;
  let isDown = false;
  let isReading = false;
  let isStale = false;

  const words = (region) => region.dataset.live.split(' ').map((w) => {
    const colon = w.indexOf(':');
    return colon < 0 ? { topic: w } : { topic: w.slice(0, colon), id: decodeURIComponent(w.slice(colon + 1)) };
  });
  const topics = () => [...new Set(regions().flatMap(words).map((w) => w.topic))].join(',');
  const concerns = (change) => regions().some((r) => words(r).some(
    (w) => w.topic.toLowerCase() === change.topic.toLowerCase() && (!w.id || !change.id || w.id === change.id)));
  const say = (text) => { document.getElementById('live-status').textContent = text; };
  const notice = (text) => {
    const bar = document.getElementById('live-notice');
    bar.hidden = false;
    bar.querySelector('span').textContent = text;
  };

  const read = async () => {
    timer = 0;
    if (isDown || isReading) return later();
    isReading = true;
    isStale = false;
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' }, redirect: 'manual', cache: 'no-store' });
      if (answer.status === 404) return notice('What this page shows is gone.');
      if (!answer.ok) return notice('This page cannot be brought up to date.');
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      times.show(fresh);
      const before = document.querySelector('h1')?.textContent;
      let isWhole = true;
      for (const region of regions()) {
        const next = fresh.getElementById(region.id);
        if (next) isWhole = morph(region, next) && isWhole;
      }
      if (!isWhole) notice('This has changed while you were writing.');
      const after = document.querySelector('h1')?.textContent;
      if (before !== after) say(after);
    } catch {
      isStale = true; // the server is away: the stream notices, and everything is read when it is back
    } finally {
      isReading = false;
    }
  };
  const later = () => { timer ||= setTimeout(read, pause); };

  const open = () => {
    if (source || document.hidden) return;
    let isFirst = true;
    source = new EventSource(`/live?topics=${encodeURIComponent(topics())}`);
    source.addEventListener('ready', () => {
      if (!isFirst || isStale) later();
      isFirst = false;
    });
    source.addEventListener('change', (e) => { if (concerns(JSON.parse(e.data))) later(); });
    source.addEventListener('reset', later);
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) {
        source = null;
        notice('This page does not hear of changes any more.');
      }
    });
  };
  const close = () => {
    source?.close();
    source = null;
    isStale = true;
  };

  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);
  addEventListener('pointerdown', () => { isDown = true; });
  for (const up of ['pointerup', 'pointercancel']) addEventListener(up, () => { isDown = false; });
  open();
})();
