// Filling in: measures speed and latency against this server, and sends an answer again after a conflict.
// button[data-measure=download|latency] writes the median of three tests into data-input and marks data-flag.
(() => {
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const timed = async (url) => {
    const begun = performance.now(), response = await fetch(url, { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    const bytes = (await response.arrayBuffer()).byteLength;
    return { ms: performance.now() - begun, bytes };
  };
  const fresh = (url, more = "") => `${url}?${more}at=${Date.now()}${Math.random()}`;
  const latency = async (button) => {
    await timed(fresh(button.dataset.ping)); // opens the connection
    const tries = [];
    for (let i = 0; i < 9; i++) tries.push((await timed(fresh(button.dataset.ping))).ms);
    return Math.round(median(tries));
  };
  const download = async (button) => {
    let bytes = 100000;
    const ping = median([await timed(fresh(button.dataset.ping)), await timed(fresh(button.dataset.ping)), await timed(fresh(button.dataset.ping))].map((t) => t.ms));
    const once = () => timed(fresh(button.dataset.download, `bytes=${bytes}&`));
    let trial = await once();
    while (trial.ms < 700 && bytes < 4000000) { bytes = Math.min(bytes * 3, 4000000); trial = await once(); }
    const tries = [trial, await once(), await once()];
    return Math.round(median(tries.map((t) => (t.bytes * 8) / 1000 / Math.max(1, t.ms - ping))) * 10) / 10;
  };
  document.querySelectorAll("[data-measure]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const again = event.target.closest("[data-resend]");
    if (again) again.closest("fieldset").dispatchEvent(new Event("resend"));
    const button = event.target.closest("[data-measure]");
    if (!button || button.disabled) return;
    const words = button.textContent, input = document.getElementById(button.dataset.input);
    button.disabled = true;
    button.textContent = button.dataset.busy;
    try {
      const figure = await (button.dataset.measure === "latency" ? latency : download)(button);
      input.value = String(figure).replace(".", document.documentElement.lang === "en" ? "." : ",");
      document.getElementById(button.dataset.flag).value = "1";
      button.textContent = words;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } catch {
      button.textContent = button.dataset.failed;
    }
    button.disabled = false;
  });
  // Typed over: no longer what the browser measured.
  document.addEventListener("input", (event) => {
    const measured = event.isTrusted && event.target.closest(".measured");
    if (measured) measured.querySelector("[type=hidden]").value = "";
  });
})();
