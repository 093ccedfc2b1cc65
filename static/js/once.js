// A form is sent once, however often its button is pressed; for plain forms and for htmx.
(() => {
  const buttons = (form) => form.querySelectorAll("button:not([type=button])");
  const release = (form) => { delete form.dataset.sent; buttons(form).forEach((button) => button.removeAttribute("aria-disabled")); };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ((form.getAttribute("method") || "").toLowerCase() !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = "1";
    // Not `disabled`: the pressed button's own value must still be sent.
    buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true"));
    setTimeout(() => release(form), 10000);
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => { const form = event.target.closest("form"); if (form) release(form); });
  // Back from the browser's memory: the form may be sent again.
  addEventListener("pageshow", (event) => { if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release); });
})();
