// Shows how far the files of a form are sent, and keeps what was typed when the line breaks. form[data-behaviour=upload]
document.addEventListener("submit", (event) => {
  const form = event.target, place = form.querySelector("[data-upload]");
  if (event.defaultPrevented || !place || !form.matches("[data-behaviour~=upload]")) return;
  if (![...form.querySelectorAll("input[type=file]")].some((input) => input.files.length)) return;
  event.preventDefault();
  const bar = place.querySelector("[role=progressbar]"), words = place.querySelector("[role=status]"), request = new XMLHttpRequest();
  const show = (text, percent) => { words.textContent = text; bar.setAttribute("aria-valuenow", percent); bar.firstElementChild.style.width = percent + "%"; };
  const failed = () => {
    show(place.dataset.failed, 0);
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  place.hidden = false;
  request.upload.onprogress = (at) => {
    const percent = Math.floor(100 * at.loaded / at.total);
    show(percent < 100 ? `${percent} %` : place.dataset.saving, percent);
  };
  request.onerror = request.ontimeout = failed;
  request.onload = () => {
    if (!request.responseText) return failed();
    // The answer is a page, perhaps of another address after a redirect: it takes this page's place.
    history.replaceState(null, "", request.responseURL);
    document.open(); document.write(request.responseText); document.close();
  };
  request.open("POST", form.action);
  const data = new FormData(form, event.submitter);
  request.send(data);
});
