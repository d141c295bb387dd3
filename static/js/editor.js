/*
 * A code editor in the place of a textarea, which stays the form's field: each change is in its value at once, and told by
 * an "input" event. Tab indents; Escape, then Tab leaves. Mod-S presses the form's primary button.
 */
import {
  autocompletion, bracketMatching, defaultKeymap, drawSelection, EditorState, EditorView, highlightActiveLine,
  highlightSelectionMatches, highlightSpecialChars, history, historyKeymap, indentUnit, indentWithTab, keymap, lineNumbers,
  placeholder, search, searchKeymap, shell, StreamLanguage, syntaxHighlighting,
} from "../vendor/codemirror.js";
import { cfg, complete } from "./cfg.js";
import { colours, look } from "./editor_look.js";
import { word } from "./words.js";

const phrases = {
  Find: word("editor.find"), Replace: word("editor.replace_with"), next: word("editor.next"),
  previous: word("editor.previous"), all: word("editor.all"), "match case": word("editor.match_case"),
  regexp: word("editor.regexp"), "by word": word("editor.by_word"), replace: word("editor.replace"),
  "replace all": word("editor.replace_all"), close: word("editor.close"), Completions: word("editor.completions"),
  "Go to line": word("editor.go_to_line"), go: word("editor.go"), "current match": word("editor.current_match"),
  "on line": word("editor.on_line"), "replaced match on line $": word("editor.replaced"),
  "replaced $ matches": word("editor.replaced_all"), "Control character": word("editor.control_character"),
};

const languages = {
  bash: [StreamLanguage.define(shell), autocompletion({ override: [] })],
  cfg: [cfg, autocompletion({ override: [complete], icons: false })],
};

/* What is selected; the document's own selection is ahead of the editor's when another program made it. */
function selected(view) {
  const { main } = view.state.selection, now = getSelection();
  if (!main.empty || now.isCollapsed) return main;
  const { startContainer, startOffset, endContainer, endOffset } = now.getRangeAt(0);
  return { from: view.posAtDOM(startContainer, startOffset), to: view.posAtDOM(endContainer, endOffset) };
}

/* Left to itself Chromium would give what is typed over coloured text the style of it, which our policy reports. */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to } = selected(view);
    if (event.inputType !== "insertText" || !event.data || from === to || view.state.readOnly) return false;
    const insert = view.state.toText(event.data);
    view.dispatch({
      changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.type", scrollIntoView: true,
    });
    return true;
  },
});

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const common = [
  // Drawn, as the browser's own takes the focus out of the search at the end of a wrapped line.
  drawSelection({ cursorBlinkRate: still ? 0 : 1200 }),
  lineNumbers(), history(), highlightSpecialChars(), bracketMatching(), highlightActiveLine(), highlightSelectionMatches(),
  search({ top: true }), EditorView.lineWrapping, indentUnit.of("  "), EditorState.tabSize.of(4),
  EditorState.phrases.of(phrases), syntaxHighlighting(colours), look, typeOver,
];

/* What the label says without its hints, which describe the field instead. */
function naming(field, label) {
  const name = label.cloneNode(true);
  for (const part of name.querySelectorAll("textarea, .hint")) part.remove();
  const hints = [...label.querySelectorAll(".hint")];
  hints.forEach((hint, at) => { hint.id ||= `hint-${field.name}-${at}`; });
  return { name: name.textContent.trim(), hints: hints.map((hint) => hint.id) };
}

/* The attributes of the field, as they are now, for the element that is written in. */
function attributes(field, { name, hints }) {
  const all = {
    "aria-label": name, "aria-describedby": [field.getAttribute("aria-describedby"), ...hints].filter(Boolean).join(" "),
    "aria-invalid": field.getAttribute("aria-invalid"), "aria-readonly": field.readOnly ? "true" : null,
    spellcheck: "false", autocapitalize: "none", tabindex: "0",
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}

const PASSING = new Set(["Tab", "Escape", "Shift", "Control", "Alt", "Meta"]);

/*
 * The way out by keyboard, told below the text. Who comes by Tab goes on by Tab; from the first other key or a click on,
 * Tab indents, until Escape. A second Escape is for a dialog around.
 */
function wayOut(hint) {
  let leaving = false, clicked = false;
  function set(view, value) {
    leaving = value;
    view.setTabFocusMode(value);
    hint.textContent = value ? word("editor.leaving") : word("editor.hint");
  }
  return [
    keymap.of([{ key: "Escape", run: (view) => !leaving && (set(view, true), true) }]),
    EditorView.domEventObservers({
      pointerdown: (_, view) => { clicked = true; set(view, false); },
      focus: (_, view) => { set(view, !clicked); clicked = false; },
      blur: (_, view) => { clicked = false; set(view, false); },
      keydown: (event, view) => { if (leaving && !PASSING.has(event.key)) set(view, false); },
    }),
    keymap.of([indentWithTab]),
  ];
}

function save(field) {
  const button = field.form?.querySelector("button.primary");
  if (button) field.form.requestSubmit(button);
  return true;
}

/* When someone else changes the field, its value or what is wrong with it, the editor has that too. */
function sync(field, view) {
  const take = () => {
    const { doc } = view.state;
    if (field.value !== doc.toString()) view.dispatch({ changes: { from: 0, to: doc.length, insert: field.value } });
  };
  field.addEventListener("input", take);
  field.form?.addEventListener("reset", () => setTimeout(take));
  new MutationObserver(() => view.dispatch({})).observe(field, { attributeFilter: ["aria-invalid", "aria-describedby"] });
}

function give(field, state) {
  const text = state.doc.toString();
  if (field.value === text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function makeBox(field, label) {
  const box = document.createElement("div"), hint = document.createElement("p");
  box.className = "editor";
  box.style.height = `${field.offsetHeight}px`;
  hint.className = "hint";
  hint.id = `keys-${field.name}`;
  hint.setAttribute("role", "status");
  hint.textContent = word("editor.hint");
  hint.hidden = field.readOnly;
  label.after(box);
  box.append(field, hint);
  return { box, hint };
}

function extensions(field, hint, named) {
  return [
    keymap.of([{ key: "Mod-s", run: () => save(field), stopPropagation: true }]),
    keymap.of(searchKeymap), languages[field.dataset.editor], common,
    field.readOnly ? EditorState.readOnly.of(true) : wayOut(hint),
    keymap.of([...historyKeymap, ...defaultKeymap]),
    field.placeholder ? placeholder(field.placeholder) : [],
    EditorView.contentAttributes.of(() => attributes(field, named)),
    EditorView.updateListener.of((update) => { if (update.docChanged) give(field, update.state); }),
  ];
}

/* Make the textarea, which is labelled and seen, an editor. Its attribute data-editor says of what. */
export function edit(field) {
  const label = field.labels[0], focused = document.activeElement === field;
  const selection = { anchor: field.selectionStart, head: field.selectionEnd };
  const named = naming(field, label), { box, hint } = makeBox(field, label);
  if (!field.readOnly) named.hints.push(hint.id);
  const state = EditorState.create({ doc: field.value, selection, extensions: extensions(field, hint, named) });
  const view = new EditorView({ state });
  hint.before(view.dom);
  field.hidden = true;
  field.removeAttribute("data-editor");
  field.focus = () => view.focus();
  label.removeAttribute("for");
  label.addEventListener("click", field.focus);
  sync(field, view);
  if (focused) view.focus();
  box.addEventListener("htmx:beforeCleanupElement", (event) => { if (event.target === box) view.destroy(); });
}
