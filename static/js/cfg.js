/* The language of server.cfg: a command or variable, its values, quoted texts, comments; and which names there are. */
import { StreamLanguage } from "../vendor/codemirror.js";
import { word } from "./words.js";

const NUMBER = /^-?(\d+\.?\d*|\.\d+)$/;

/* Also inside an unquoted value the game takes // for a comment: an address must be quoted. */
function bare(stream) {
  while (!stream.eol() && !stream.match("//", false) && !/[\s";]/.test(stream.peek())) stream.next();
  return stream.current();
}

function token(stream, state) {
  if (stream.sol()) state.first = true;
  if (stream.eatSpace()) return null;
  if (stream.match("//")) return stream.skipToEnd(), "comment";
  if (stream.eat(";")) return state.first = true, "punctuation";
  const first = state.first;
  state.first = false;
  if (stream.match(/^"[^"]*"?/)) return "string";
  const text = bare(stream);
  if (first) return "keyword";
  return NUMBER.test(text) ? "number" : "atom";
}

export const cfg = StreamLanguage.define({
  name: "cfg", startState: () => ({ first: true }), token, languageData: { commentTokens: { line: "//" } },
});

let known;
function vocabulary() {
  known ||= fetch(new URL("../vocabulary/cvars.json", import.meta.url))
    .then((answer) => answer.json())
    .then(({ free, cheat, hidden }) => [
      ...Object.entries(free).map(([label, detail]) => ({ label, detail })),
      ...Object.entries(cheat).map(([label, text]) => ({ label, detail: word("editor.cheat", { text }) })),
      ...Object.entries(hidden).map(([label, text]) => ({ label, detail: word("editor.hidden", { text }) })),
    ]);
  return known.catch(() => { known = null; return []; });
}

/* Completes the first word of a command. */
export async function complete(context) {
  const before = context.matchBefore(/(^|;)\s*[\w+-]*$/);
  const typed = before?.text.match(/[\w+-]*$/)[0];
  if (!before || (!typed && !context.explicit) || context.tokenBefore(["string", "comment"])) return null;
  const options = await vocabulary();
  if (options.some(({ label }) => label === typed)) return null;
  return { from: context.pos - typed.length, options };
}
