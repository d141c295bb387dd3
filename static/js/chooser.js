/* Adds overlays to a blueprint's list and takes them out: a select that can be searched when there are many. */
import { word } from "./words.js";

const SHOWN = 8;

/*
 * `form` has a select named add and, when there are many to choose from, an input marked data-find; `list` has a
 * template of a row. `changed()` hears that a row came or went, `nameOf(row)` names one, `say(text)` tells screen readers.
 */
export function chooser(form, list, { nameOf, changed, say }) {
  const select = form.elements.add, find = form.querySelector("[data-find]"), template = list.querySelector("template");
  if (!select) return;
  const rows = () => [...list.querySelectorAll(":scope > li")];
  const idOf = (row) => row.querySelector("[name=overlay]").value;
  const nothing = select.options[0];
  const choices = [...[...select.options].slice(1).map((option) => ({ id: option.value, name: option.text })),
    ...rows().map((row) => ({ id: idOf(row), name: nameOf(row) }))];
  choices.sort((a, b) => a.name.localeCompare(b.name));

  // The overlays that are not in the list and match what is searched for, the first of them chosen.
  function offer() {
    const used = new Set(rows().map(idOf)), wanted = (find?.value ?? "").trim().toLocaleLowerCase();
    const found = choices.filter((one) => !used.has(one.id) && one.name.toLocaleLowerCase().includes(wanted));
    const options = found.map((one) => new Option(one.name, one.id));
    select.replaceChildren(...wanted ? options : [nothing, ...options]);
    select.selectedIndex = 0;
    select.size = wanted ? Math.min(SHOWN, Math.max(2, options.length)) : 0;
    if (wanted) say(word("blueprint.found", { count: options.length }));
  }

  function makeRow(choice) {
    const row = template.content.querySelector("li").cloneNode(true);
    for (const element of [row, ...row.querySelectorAll("*")]) {
      for (const { name, value } of [...element.attributes]) {
        if (value.includes("{")) {
          element.setAttribute(name, value.replace("{id}", choice.id).replace("{name}", () => choice.name));
        }
      }
    }
    row.querySelector(".layer a").textContent = choice.name;
    return row;
  }

  function add() {
    const choice = choices.find((one) => one.id === select.value);
    if (!choice) return select.focus();
    const row = makeRow(choice), focused = document.activeElement;
    template.before(row);
    if (find) find.value = "";
    offer();
    if (focused === select) (find ?? select).focus();
    row.scrollIntoView({ block: "nearest" });
    changed();
    say(word("blueprint.added", { name: choice.name, place: rows().length, count: rows().length }));
  }

  function remove(row) {
    const name = nameOf(row), next = row.nextElementSibling;
    const near = next.matches("li") ? next : row.previousElementSibling;
    row.remove();
    offer();
    changed();
    (near?.querySelector("[value^=remove]") || select).focus();
    say(word("blueprint.removed", { name, count: rows().length }));
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[value^=remove]");
    if (!button) return;
    event.preventDefault();
    remove(button.closest("li"));
  });
  form.querySelector(".adder > button").addEventListener("click", (event) => {
    event.preventDefault();
    add();
  });
  select.addEventListener("dblclick", () => { if (select.size > 1) add(); });
  function press(element, keys) {
    element?.addEventListener("keydown", (event) => {
      if (!keys[event.key] || select.size < 2) return;
      event.preventDefault();
      keys[event.key]();
    });
  }
  press(select, { Enter: add });
  press(find, { Enter: add, ArrowDown: () => select.focus() });
  find?.addEventListener("input", offer);
}
