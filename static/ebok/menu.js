// Menus work without this. With it they close on Escape and when one presses elsewhere,
// and an address that ends with #something unfolds that question.
"use strict";

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

const unfold = () => {
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = named && named.closest("details");
  if (fold && !fold.open) {
    fold.open = true;
    fold.scrollIntoView();
  }
};
addEventListener("hashchange", unfold);
unfold();
