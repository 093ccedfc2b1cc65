// Keeps what is typed in a long form until it is sent: in this tab only, so that a shared computer remembers nobody.
// form[data-behaviour=draft]; never files, passwords, or fields with data-private.
(() => {
  const form = document.querySelector("form[data-behaviour~=draft]");
  if (!form) return;
  const place = form.querySelector("[data-draft]"), name = "draft:" + location.pathname;
  const fields = () => [...form.elements].filter((field) => field.name && !field.matches("[type=hidden], [type=file], [type=password], [data-private], button, fieldset"));
  const checkable = (field) => field.type === "checkbox" || field.type === "radio";
  const changed = (field) => checkable(field) ? field.checked !== field.defaultChecked
    : field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected) : field.value !== field.defaultValue;
  const say = (text) => { if (place) { place.hidden = false; place.textContent = text; } };
  const kept = sessionStorage.getItem(name);
  if (kept && !form.querySelector(".invalid, .summary")) {
    const values = JSON.parse(kept);
    for (const field of fields()) {
      const value = values[field.name];
      if (value === undefined) continue;
      if (checkable(field)) field.checked = value.includes(field.value);
      else field.value = value[0];
    }
    if (place) say(place.dataset.restored);
  }
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const values = {};
      const names = new Set(fields().filter(changed).map((field) => field.name));
      for (const field of fields()) {
        if (!names.has(field.name) || field.multiple) continue;
        values[field.name] ??= [];
        if (!checkable(field) || field.checked) values[field.name].push(field.value);
      }
      sessionStorage.setItem(name, JSON.stringify(values));
      if (place) say(place.dataset.kept.replace("%s", new Date().toTimeString().slice(0, 5).replace(":", ".")));
    }, 600);
  });
  form.addEventListener("submit", () => { clearTimeout(waiting); sessionStorage.removeItem(name); });
})();
