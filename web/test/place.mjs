// What a place waits for before it is there, for tests of its pure parts: a document that takes style sheets, and no other tabs.
delete globalThis.BroadcastChannel;
globalThis.document ??= {
  baseURI: 'http://localhost/', querySelector: () => null, documentElement: {}, createElement: () => ({}), head: { append: (sheet) => sheet.onload() },
};
