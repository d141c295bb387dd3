/* The style guide's samples: colours of the tokens with their contrast (WCAG 2.2), sizes, shapes. */
const value = (token) => `var(--${token})`;

/* The relative luminance of a colour as the browser computed it: rgb(r, g, b). */
function luminance(colour) {
  const [r, g, b] = colour.match(/[\d.]+/g).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function showContrast(swatch) {
  const { color, borderTopColor, backgroundColor } = getComputedStyle(swatch);
  const front = swatch.dataset.border ? borderTopColor : color;
  const [light, dark] = [luminance(front), luminance(backgroundColor)].sort((a, b) => b - a);
  swatch.querySelector("[data-contrast]").textContent = `${((light + 0.05) / (dark + 0.05)).toFixed(1)} : 1`;
}

/* Begin; what is shown follows the browser's light and dark. */
export function start(list) {
  for (const swatch of list.children) {
    if (swatch.dataset.border) swatch.style.border = `3px solid ${value(swatch.dataset.border)}`;
    else swatch.style.color = value(swatch.dataset.front);
    swatch.style.backgroundColor = value(swatch.dataset.back);
  }
  for (const sample of document.querySelectorAll("[data-size]")) sample.style.fontSize = value(sample.dataset.size);
  for (const rule of document.querySelectorAll("[data-width]")) rule.style.width = value(rule.dataset.width);
  for (const shape of document.querySelectorAll("[data-shape]")) {
    shape.style[shape.dataset.shape === "lift" ? "boxShadow" : "borderRadius"] = value(shape.dataset.shape);
  }
  const show = () => [...list.children].forEach(showContrast);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
}
