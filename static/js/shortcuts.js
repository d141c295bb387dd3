/* Opens the command palette: by / or Ctrl-K, or by the link of the top bar. It is loaded when it is first wanted. */
export const SLASH = "palette-slash"; // kept by the browser: "off" for those who want no / key

const opener = document.querySelector("a[data-palette]");
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]:not([contenteditable=false])";

const slashIsOn = () => localStorage.getItem(SLASH) !== "off";

async function open(event) {
  event.preventDefault();
  if (document.querySelector("dialog[open]:not(.palette)")) return;
  const { toggle } = await import("./palette.js");
  toggle();
}

opener?.addEventListener("click", (event) => {
  if (!event.ctrlKey && !event.metaKey && !event.shiftKey) open(event);
});

if (opener) document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey || event.isComposing) return;
  if (command && !event.shiftKey && event.key.toLowerCase() === "k") open(event);
  else if (!command && event.key === "/" && slashIsOn() && !event.target.closest(TYPING)) open(event);
});
