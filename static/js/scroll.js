// A table that is wider than its place can be scrolled with the keyboard. .table-wrap
(() => {
  const look = () => {
    for (const place of document.querySelectorAll(".table-wrap")) {
      if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:afterSettle", look);
  window.addEventListener("resize", look);
})();
