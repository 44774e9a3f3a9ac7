// Counts whom a notice would reach, from what is filled in now. Without it the saved draft's figure stands there.
for (const panel of document.querySelectorAll("[data-reach]")) {
  const button = panel.querySelector("button");
  const words = panel.querySelector("[data-reach-words]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const answer = await fetch(panel.dataset.reach, { method: "POST", body: new FormData(button.form) });
      if (answer.ok) words.textContent = (await answer.json()).words;
    } finally {
      button.disabled = false;
    }
  });
}
