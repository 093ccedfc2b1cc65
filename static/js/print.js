// Prints the page. data-behaviour="print", hidden until here
(() => {
  document.querySelectorAll("[data-behaviour~=print]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-behaviour~=print]")) print(); });
})();
