// Before the first paint: the chosen theme and language, so that nothing flashes. Without a choice the system's theme holds.
(function () {
  var html = document.documentElement;
  try {
    var theme = localStorage.getItem('avanochi.theme');
    if (theme === 'light' || theme === 'dark') html.classList.add(theme);
    var language = localStorage.getItem('avanochi.language') || navigator.language;
    html.lang = String(language).slice(0, 2) === 'es' ? 'es' : 'en';
  } catch (error) {
    html.lang = 'en';
  }
})();
