// Times as the person wants them: relative (the default), local, or UTC as the server wrote them.
const times = (() => {
  const mode = () => document.documentElement.dataset.time || 'relative';
  const span = (ms) => {
    const s = Math.floor(ms / 1000);
    if (s < 1) return `${Math.floor(ms)} ms`;
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    if (s < 172800) return `${Math.floor(s / 3600)} h`;
    return `${Math.floor(s / 86400)} days`;
  };
  const relative = (at) => {
    const age = Date.now() - at;
    return age >= 1000 ? `${span(age)} ago` : age <= -10000 ? `in ${span(-age)}` : 'just now';
  };
  const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
  const show = (root) => {
    for (const time of root.querySelectorAll('time[data-when]')) {
      const at = new Date(time.dateTime);
      const text = mode() === 'local' ? local.format(at) : mode() === 'utc' ? time.textContent : relative(at.getTime());
      if (time.textContent !== text) time.textContent = text;
    }
  };
  show(document);
  setInterval(() => { if (mode() === 'relative' && !document.hidden) show(document); }, 15000);
  return { show };
})();
