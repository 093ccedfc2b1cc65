// Tabs and filters that run off the side of a telephone begin with the current one in sight. .tabs, .chips
document.addEventListener("DOMContentLoaded", () => {
  for (const current of document.querySelectorAll(":is(.tabs, .chips) > [aria-current]")) {
    const row = current.parentElement, from = row.getBoundingClientRect(), at = current.getBoundingClientRect();
    row.scrollLeft += at.left + at.width / 2 - from.left - from.width / 2;
  }
});
// A table that is wider than its place can be scrolled with the keyboard; another scrolls with the page. .table-wrap
(() => {
  const look = () => {
    for (const place of document.querySelectorAll(".table-wrap")) {
      place.classList.remove("fits");
      const wide = place.scrollWidth > place.clientWidth;
      place.classList.toggle("fits", !wide);
      if (wide) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:afterSettle", look);
  window.addEventListener("resize", look);
})();
