/* The code editor is fetched when a field that wants it, <textarea data-editor="bash|cfg">, is about to be seen. */
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) improve(target);
}, { rootMargin: "50%" });

async function improve(field) {
  near.unobserve(field);
  const { edit } = await import("./editor.js").catch(() => ({})); // without it the field is what it was
  if (!edit || !field.isConnected) return;
  if (field.offsetHeight) edit(field);
  else near.observe(field); // hidden meanwhile: its height is known when it is back
}

function watch(part) {
  for (const field of part.querySelectorAll("textarea[data-editor]")) near.observe(field);
}

watch(document);
document.addEventListener("htmx:load", (event) => watch(event.target.parentNode || event.target));
