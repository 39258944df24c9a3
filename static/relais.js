/* Comfort only: every path works without this file. */
"use strict";

// One effect per click: a second press on a form that is being sent is ignored, until the page is shown again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What is being typed is kept even when one leaves the page before the pause that saves it.
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) dirty.add(form);
});
document.addEventListener("submit", (event) => dirty.delete(event.target));
document.addEventListener("htmx:beforeRequest", (event) => dirty.delete(event.target.closest("form[data-keep]")));
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) dirty.add(form);
  });
}
addEventListener("pagehide", () => {
  for (const form of dirty) {
    const data = new FormData(form);
    data.set("brouillon", "oui");
    navigator.sendBeacon(form.dataset.keep, data);
  }
});

// A text to copy can be selected without a button; with one, it is quicker.
document.querySelectorAll("button[data-copy]").forEach((button) => {
  const text = document.getElementById(button.dataset.copy);
  const said = document.getElementById(`${button.dataset.copy}-copie`);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Texte copié.";
    } catch {
      text.select();
      said.textContent = "Texte sélectionné : le copier avec Ctrl + C.";
    }
  });
});

// A menu closes on Escape, giving the focus back, and on a click elsewhere.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// What is folded on screen is printed in full.
addEventListener("beforeprint", () => {
  document.querySelectorAll("main details:not([open])").forEach((fold) => {
    fold.open = true;
    fold.dataset.folded = "yes";
  });
});
addEventListener("afterprint", () => {
  document.querySelectorAll("main details[data-folded]").forEach((fold) => {
    fold.open = false;
    delete fold.dataset.folded;
  });
});

// A button that prints exists only where a script can press it.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

// After a refusal, the list of what to correct comes first; after a question, the question.
document.querySelector(".error-summary, .to-confirm")?.focus();
