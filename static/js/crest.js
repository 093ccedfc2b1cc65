// Shows a chosen crest in the preview before it is sent. input[name=crest_file] with #preview on the page
(() => {
  let chosen = "";
  const show = () => {
    if (!chosen) return;
    for (const place of document.querySelectorAll("#preview :is(.brand img, .brand .crest, [data-crest])")) {
      const picture = document.createElement("img");
      picture.src = chosen;
      picture.alt = "";
      if (place.hasAttribute("data-crest")) picture.setAttribute("data-crest", "");
      place.replaceWith(picture);
    }
  };
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches || !input.matches("input[type=file][name=crest_file]") || !input.files.length) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => { chosen = reader.result; show(); });
    reader.readAsDataURL(input.files[0]);
  });
  document.addEventListener("htmx:afterSettle", show);
})();
