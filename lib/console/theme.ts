{
  // A classic script before the first paint; a chosen theme has priority over that of the system.
  const chosen = localStorage.getItem('tonemill.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}
