'use strict';
{
  // An origin of its own has no storage, and Scalar asks for one: this is gone with the page.
  const storage = () => {
    const kept = new Map();
    return {
      get length() { return kept.size; },
      key: (index) => [...kept.keys()][index] ?? null,
      getItem: (key) => kept.get(String(key)) ?? null,
      setItem: (key, value) => { kept.set(String(key), String(value)); },
      removeItem: (key) => { kept.delete(String(key)); },
      clear: () => kept.clear(),
    };
  };
  for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { value: storage() });

  // Everything that would call somebody is off; the policy of the page would refuse it, too.
  document.addEventListener('DOMContentLoaded', () => {
    Scalar.createApiReference('#reference', {
      content: JSON.parse(document.getElementById('document').textContent),
      theme: 'none',
      withDefaultFonts: false,
      hideDarkModeToggle: true,
      operationTitleSource: 'path',
      defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
      documentDownloadType: 'none',
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideTestRequestButton: true,
      hideClientButton: true,
      showDeveloperTools: 'never',
    });
    document.getElementById('outline').remove();
  });
}
