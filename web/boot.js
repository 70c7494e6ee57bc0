// Before the first paint: the chosen theme and language, so that nothing flashes. Without a choice the system's theme holds.
(function () {
  var html = document.documentElement;
  var language = navigator.language;
  try {
    var theme = localStorage.getItem('avanochi.theme');
    if (theme === 'light' || theme === 'dark') html.classList.add(theme);
    language = localStorage.getItem('avanochi.language') || language;
  } catch (error) {
    // Nothing is kept here: the system's theme and the browser's language.
  }
  html.lang = String(language).slice(0, 2) === 'es' ? 'es' : 'en';
  var words = document.createElement('link');
  words.rel = 'modulepreload';
  words.href = document.currentScript.src.replace('boot.js', 'js/text/' + html.lang + '.js');
  document.head.appendChild(words);
})();
