// Before the first paint: the chosen theme and language, so that nothing flashes. Without a choice the system's theme holds. And what the
// first screen waits for besides modules: its words, and who is signed in, if anybody was.
(function () {
  var html = document.documentElement;
  var language = navigator.language;
  try {
    var theme = localStorage.getItem('avanochi.theme');
    if (theme === 'light' || theme === 'dark') html.classList.add(theme);
    language = localStorage.getItem('avanochi.language') || language;
    if (localStorage.getItem('avanochi.user')) {
      self.askedWho = fetch(document.querySelector('meta[name="api"]').content + 'auth/me', { headers: { accept: 'application/json' }, cache: 'no-store' });
      // Without network it is asked for again, and told.
      self.askedWho.catch(function () {});
    }
  } catch (error) {
    // Nothing is kept here: the system's theme and the browser's language.
  }
  html.lang = String(language).slice(0, 2) === 'es' ? 'es' : 'en';
  var words = document.createElement('link');
  words.rel = 'modulepreload';
  words.href = document.currentScript.src.replace('boot.js', 'js/text/' + html.lang + '.js');
  document.head.appendChild(words);
})();
