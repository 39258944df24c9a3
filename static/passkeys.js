/* Passkeys are asked of the browser, which alone can: a page without this file offers the code. */
"use strict";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const isNew = form.dataset.passkey === "create";
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  const without = document.querySelector(".without-passkeys");
  if (without) without.hidden = true;
  const said = form.querySelector(".passkey-said");
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // not sent yet
    said.textContent = "Suivre ce que demande le navigateur…";
    try {
      const asked = JSON.parse(form.dataset.options).publicKey;
      const answer = isNew
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
      form.elements.credential.value = JSON.stringify(answer.toJSON());
    } catch (error) {
      said.textContent =
        error.name === "InvalidStateError"
          ? "Cet appareil a déjà une clé pour votre compte."
          : "Aucune clé n’a répondu : réessayer, ou utiliser un code.";
      return;
    }
    form.submit();
  });
}
