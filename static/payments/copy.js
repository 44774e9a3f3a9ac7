// A button beside each value that one types into a bank's form. Without this the value can still be selected.
for (const place of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard || place.querySelector("button")) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-link";
  const name = place.previousElementSibling?.textContent ?? "";
  const say = (words) => {
    button.textContent = words;
    button.setAttribute("aria-label", `${words}: ${name}`);
  };
  say(place.dataset.copyLabel);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(place.dataset.copy.replaceAll("\u00a0", ""));
    say(place.dataset.copiedLabel);
    setTimeout(() => say(place.dataset.copyLabel), 3000);
  });
  place.append(" ", button);
}
