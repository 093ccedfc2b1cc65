// Copies data-text to the clipboard and says so. data-behaviour="copy", hidden until here
(() => {
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-behaviour~=copy]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-behaviour~=copy]");
    if (!button) return;
    const words = button.querySelector("span") || button, before = words.textContent;
    await navigator.clipboard.writeText(button.dataset.text);
    words.textContent = button.dataset.done;
    setTimeout(() => { words.textContent = before; }, 4000);
  });
})();
