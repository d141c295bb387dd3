/* What terminal sequences mean for a log: colours and type of a line's parts. Everything else of them goes. Pure. */

/* A control sequence (its parameters, its last byte), a string for the terminal, another escape, a control character. */
const SEQUENCE = new RegExp([
  "(?:\\u001b\\[|\\u009b)([0-?]*)([ -/]*[@-~])?",
  "(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?",
  "\\u001b[ -/]*[0-~]?", "[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]",
].join("|"), "g");

/* The sixteen named colours as they are read well on the log's ground, and that ground and its text (app.css). */
const NAMED = [
  0x2b2a28, 0xff8f85, 0x7fd6a0, 0xf0c36d, 0x8fbaf3, 0xd7a1f0, 0x7fd4d9, 0xe9e6e1,
  0xa8a39a, 0xffb4a8, 0xa8ecc0, 0xffdf9a, 0xb6d3fb, 0xe9c6fa, 0xaeeaee, 0xffffff,
];
const GROUND = 0x191817, TEXT = 0xe9e6e1;
const ENOUGH = 4.5; // WCAG 2.2, 1.4.3

const rgb = (red, green, blue) => red << 16 | green << 8 | blue;
const parts = (colour) => [colour >> 16, colour >> 8 & 255, colour & 255];

/* Of the table of 256: the named ones, a cube of 6 × 6 × 6, greys. */
function indexed(n) {
  if (n < 16) return NAMED[n];
  if (n >= 232) return rgb(8 + (n - 232) * 10, 8 + (n - 232) * 10, 8 + (n - 232) * 10);
  const level = (step) => (step === 0 ? 0 : 55 + step * 40);
  return rgb(level(Math.floor((n - 16) / 36)), level(Math.floor((n - 16) / 6) % 6), level((n - 16) % 6));
}

const isByte = (value) => value >= 0 && value <= 255;

/* The colour after 38 or 48: "5;n" or "2;r;g;b" of `rest`, whose used values are taken out. */
function extended(rest) {
  const kind = rest.shift();
  if (kind === 5) {
    const n = rest.shift();
    return isByte(n) ? indexed(n) : undefined;
  }
  const [red, green, blue] = kind === 2 ? rest.splice(0, 3) : [];
  return [red, green, blue].every(isByte) ? rgb(red, green, blue) : undefined;
}

const SWITCHES = {
  1: { bold: true }, 2: { dim: true }, 3: { italic: true }, 4: { underline: true }, 7: { inverse: true }, 9: { strike: true },
  21: { underline: true }, 22: { bold: false, dim: false }, 23: { italic: false }, 24: { underline: false },
  27: { inverse: false }, 29: { strike: false }, 39: { fg: undefined }, 49: { bg: undefined },
};

function changed(style, code, rest) {
  if (code === 0) return {};
  if (SWITCHES[code]) return { ...style, ...SWITCHES[code] };
  if (code >= 30 && code <= 37) return { ...style, fg: NAMED[code - 30] };
  if (code >= 40 && code <= 47) return { ...style, bg: NAMED[code - 40] };
  if (code >= 90 && code <= 97) return { ...style, fg: NAMED[code - 82] };
  if (code >= 100 && code <= 107) return { ...style, bg: NAMED[code - 92] };
  if (code === 38) return { ...style, fg: extended(rest) };
  if (code === 48) return { ...style, bg: extended(rest) };
  return style;
}

/* "38:2::1:2:3" is one parameter with its own values (ITU-T T.416); most programs write "38;2;1;2;3". */
function withSubvalues(style, parameter) {
  const [code, ...values] = parameter.split(":").map(Number);
  if (code === 4) return { ...style, underline: values[0] !== 0 };
  if (values[0] === 2 && values.length > 4) values.splice(1, 1);
  return changed(style, code, values);
}

function selected(style, parameters) {
  const rest = parameters.split(";");
  while (rest.length > 0) {
    const parameter = rest.shift();
    if (parameter.includes(":")) {
      style = withSubvalues(style, parameter);
      continue;
    }
    const numbers = rest.map(Number), before = numbers.length;
    style = changed(style, Number(parameter), numbers);
    rest.splice(0, before - numbers.length);
  }
  return style;
}

/* Characters that are not seen but turn or hide the others of their line; base.text knows them for names. */
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
/* But for the tags of a flag: of England, Scotland and their like (UTS #51, ED-14a). */
const FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/u;
const FLAG_OR_INVISIBLE = new RegExp(`(${FLAG.source})|${INVISIBLE.source}`, "gu");

/*
 * Cut a line into parts of one style: {parts: [[text, style]], style}, the last being how the next line begins. A style
 * is {bold, dim, italic, underline, strike, inverse, fg, bg}, all optional, colours as numbers. What is not seen in the
 * line becomes U+FFFD.
 */
export function parse(line, style = {}) {
  const found = [];
  let from = 0;
  function add(text) {
    if (text) found.push([text.replace(FLAG_OR_INVISIBLE, (_, flag) => flag ?? "\ufffd"), style]);
  }
  for (const match of line.matchAll(SEQUENCE)) {
    add(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m" && /^[\d;:]*$/.test(match[1])) style = selected(style, match[1]);
  }
  add(line.slice(from));
  return { parts: found, style };
}

/* Relative luminance and contrast as in WCAG 2.2. */
function luminance(colour) {
  const [red, green, blue] = parts(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function mixed(one, other, share) {
  const [from, to] = [parts(one), parts(other)];
  return rgb(...from.map((part, i) => Math.round(part + (to[i] - part) * share)));
}

/* The colour, moved towards white or black until it can be read on the ground. */
function readable(colour, ground) {
  const goal = contrast(0xffffff, ground) > contrast(0, ground) ? 0xffffff : 0;
  let share = 0;
  while (share < 1 && contrast(mixed(colour, goal, share), ground) < ENOUGH) share += 0.125;
  return mixed(colour, goal, Math.min(share, 1));
}

/* How a style looks: {classes, color, background}, numbers or undefined where the log's own is right. */
export function look(style) {
  const classes = ["bold", "italic", "underline", "strike"].filter((name) => style[name]);
  let { fg, bg } = style;
  if (style.inverse) [fg, bg] = [bg ?? GROUND, fg ?? TEXT];
  const ground = bg ?? GROUND;
  if (style.dim) fg = mixed(fg ?? TEXT, ground, 0.35);
  if (fg !== undefined || bg !== undefined) fg = readable(fg ?? TEXT, ground);
  return { classes, color: fg, background: bg };
}
