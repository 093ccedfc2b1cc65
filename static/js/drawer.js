// The menu beside the page, for browsers whose CSS cannot open a closed <details>. data-behaviour="drawer"
(() => {
  if (CSS.supports("selector(::details-content)")) return;
  const narrow = matchMedia("(max-width: 54rem)");
  const fit = () => document.querySelectorAll("[data-behaviour~=drawer]").forEach((drawer) => { drawer.open = !narrow.matches; });
  narrow.addEventListener("change", fit);
  fit();
})();
