// A <details> menu closes by a click elsewhere and by Escape. data-behaviour="dismiss"
(() => {
  const open = () => document.querySelectorAll("details[data-behaviour~=dismiss][open]");
  document.addEventListener("click", (event) => open().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") open().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
})();
