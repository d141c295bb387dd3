/* The words of the page's language, as the layout hands them over: area `script` of lua/web/words. */
const words = JSON.parse(document.body.dataset.words);

/* The text of a key, its {placeholders} filled in; {one, other} is chosen by `count`. A key that is not there throws. */
export function word(key, values = {}) {
  const found = words[key];
  if (!found) throw new Error(`no word for ${key}`);
  const text = typeof found === "string" ? found : values.count === 1 ? found.one : found.other;
  return text.replace(/{([a-z_]+)}/g, (_, name) => values[name]);
}
