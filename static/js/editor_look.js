/* How the editor looks: the tokens of app.css, so that it is light or dark as the page is. */
import { EditorView, HighlightStyle, tags } from "../vendor/codemirror.js";

export const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.keyword, tags.standard(tags.variableName)], color: "var(--accent)" },
  { tag: [tags.number, tags.atom, tags.definition(tags.variableName)], color: "var(--busy)" },
  { tag: tags.meta, color: "var(--soft)" },
]);

const field = {
  margin: "0", padding: "0 .5rem", width: "auto", minHeight: "2rem", display: "inline-block", font: "inherit", color: "inherit",
  background: "var(--surface)", border: "1px solid var(--edge)", borderRadius: ".3rem",
};

export const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", fontSize: "var(--small)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)", padding: ".4rem 0" },
  ".cm-cursor": { borderLeft: "2px solid var(--text)" },
  ".cm-selectionBackground": { background: "var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { background: "color-mix(in srgb, var(--accent) 30%, transparent)" },
  ".cm-line": { padding: "0 .65rem" },
  ".cm-gutters": { background: "var(--sunken)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { background: "none" },
  "&.cm-focused .cm-activeLine": { background: "color-mix(in srgb, var(--accent-soft) 45%, transparent)" },
  ".cm-placeholder": { color: "var(--soft)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "var(--bad-soft)" },
  ".cm-selectionMatch, .cm-searchMatch": { background: "var(--busy-soft)" },
  ".cm-searchMatch-selected": { background: "var(--busy-soft)", outline: "2px solid var(--busy)" },
  ".cm-panels": { background: "var(--sunken)", color: "var(--text)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel": { font: "var(--small)/1.5 system-ui, sans-serif" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", alignItems: "center", gap: ".35rem", padding: ".5rem 2.5rem .5rem .5rem" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: ".3rem", fontSize: "inherit", fontWeight: "400" },
  ".cm-panel.cm-search input[type=checkbox]": { margin: "0" },
  ".cm-panel label:has([name=re])": { flexGrow: "1" },
  ".cm-textfield, .cm-panel.cm-search .cm-textfield": { ...field, flex: "1 1 45%", minWidth: "0" },
  ".cm-panel.cm-search .cm-textfield[name=search]": { flexBasis: "60%" },
  ".cm-panel.cm-dialog": { display: "flex", alignItems: "center", gap: ".5rem", padding: ".35rem 2.5rem .35rem .5rem" },
  ".cm-panel.cm-dialog label": { display: "inline-flex", alignItems: "center", gap: ".5rem", fontSize: "inherit" },
  ".cm-panel.cm-dialog .cm-textfield": { width: "6rem" },
  ".cm-button, .cm-panel.cm-search .cm-button": { ...field, fontWeight: "600" },
  ".cm-panel.cm-search br, .cm-panel.cm-search .cm-button[name=select], .cm-panel.cm-search label:has([name=word])": { display: "none" },
  ".cm-panel.cm-search [name=close], .cm-dialog-close": { color: "var(--soft)", background: "none", border: "0", minHeight: "2rem", top: ".4rem", right: ".4rem", padding: "0 .6rem", fontSize: "1.1rem" },
  ".cm-tooltip": { background: "var(--surface)", color: "var(--text)", border: "1px solid var(--edge)", borderRadius: ".4rem", boxShadow: "0 4px 16px rgb(0 0 0 / .25)", overflow: "hidden" },
  ".cm-tooltip-below": { marginTop: ".15rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { font: "var(--small)/1.4 var(--mono)", maxWidth: "min(34rem, 92vw)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".3rem .65rem", borderTop: "1px solid var(--line)", whiteSpace: "normal" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { display: "block", margin: "0", color: "var(--soft)", font: "var(--small)/1.35 system-ui, sans-serif" },
  "[aria-selected] .cm-completionDetail": { color: "inherit" },
});
