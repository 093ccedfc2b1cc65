// Filling in: measures speed and latency against this server, and sends an answer again after a conflict.
// button[data-measure=download|latency] writes the median of its tries into data-input, and the tries into data-flag.
(() => {
  const tenth = (number) => Math.max(1, Math.round(number * 10)) / 10;
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const timed = async (url) => {
    const begun = performance.now(), response = await fetch(url, { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    const bytes = (await response.arrayBuffer()).byteLength;
    return { bytes, ms: tenth(performance.now() - begun) };
  };
  const fresh = (url, more = "") => `${url}?${more}at=${Date.now()}${Math.random()}`;
  const several = async (times, once) => {
    const tries = [];
    for (let i = 0; i < times; i++) tries.push(await once());
    return tries;
  };
  const pings = async (button, times) => {
    await timed(fresh(button.dataset.ping)); // opens the connection
    return several(times, () => timed(fresh(button.dataset.ping)));
  };
  const latency = async (button) => {
    const tries = await pings(button, 9);
    return { figure: Math.round(median(tries.map((t) => t.ms))), sent: { ping_ms: 0, tries } };
  };
  const download = async (button) => {
    const ping_ms = median((await pings(button, 3)).map((t) => t.ms));
    let bytes = 100000;
    const once = () => timed(fresh(button.dataset.download, `bytes=${bytes}&`));
    let trial = await once();
    while (trial.ms < 700 && bytes < 4000000) { bytes = Math.min(bytes * 3, 4000000); trial = await once(); }
    const tries = [trial, ...await several(2, once)];
    const speed = median(tries.map((t) => (t.bytes * 8) / 1000 / Math.max(1, t.ms - ping_ms)));
    return { figure: Math.round(speed * 10) / 10, sent: { ping_ms, tries } };
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
      const { figure, sent } = await (button.dataset.measure === "latency" ? latency : download)(button);
      input.value = String(figure).replace(".", document.documentElement.lang === "en" ? "." : ",");
      document.getElementById(button.dataset.flag).value = JSON.stringify(sent);
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
