// Small helps; every page works without them. Each is bound by data-behaviour or by what it is, never by page.
(() => {
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
    setTimeout(() => { delete form.dataset.sent; form.querySelectorAll("[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled")); }, 8000);
  });
  // Back from the browser's cache: the form may be sent again.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  for (const menu of document.querySelectorAll("[data-behaviour=dismiss]")) {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.firstElementChild.focus(); } });
  }
  for (const drawer of document.querySelectorAll("[data-behaviour=drawer]")) {
    const narrow = matchMedia("(max-width: 54rem)");
    const fit = () => { drawer.open = !narrow.matches; };
    narrow.addEventListener("change", fit);
    fit();
  }
  for (const button of document.querySelectorAll("[data-behaviour=print]")) button.addEventListener("click", () => print());
  for (const button of document.querySelectorAll("[data-behaviour=copy]"))
    button.addEventListener("click", async () => { await navigator.clipboard.writeText(button.dataset.text); button.textContent = button.dataset.done; });
  for (const input of document.querySelectorAll("input[type=file][data-max-bytes]"))
    input.addEventListener("change", () => {
      const big = [...input.files].find((file) => file.size > Number(input.dataset.maxBytes));
      input.setCustomValidity(big ? input.dataset.tooLarge || "" : "");
      input.reportValidity();
    });
})();
