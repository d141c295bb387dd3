/* Buttons that copy a text: data-copy is the id of the element that holds it. */
import { word } from "./words.js";

const SAID_MS = 2000;

// Only pages of https and of this machine may use the clipboard; elsewhere the selection is copied.
async function copy(element) {
  const text = element.textContent.trim();
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  getSelection().selectAllChildren(element);
  document.execCommand("copy");
}

function say(button) {
  const before = button.textContent;
  button.textContent = document.getElementById("said").textContent = word("copy.done");
  button.dataset.said = "yes";
  setTimeout(() => {
    button.textContent = before;
    delete button.dataset.said;
  }, SAID_MS);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || button.dataset.said) return;
  await copy(document.getElementById(button.dataset.copy));
  say(button);
});
