// Says at once that a file is too large, not after minutes of sending. input[data-max-bytes]
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches || !input.matches("input[type=file][data-max-bytes]")) return;
  const large = [...input.files].find((file) => file.size > Number(input.dataset.maxBytes));
  input.setCustomValidity(large ? (input.dataset.tooLarge || "%s").replace("%s", large.name) : "");
  if (large) input.reportValidity();
});
