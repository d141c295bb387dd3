/* How far steamcmd is, out of the lines of its log: a bar on the page of the job that installs the game. */
import { word } from "./words.js";

const PASS = /^Step: .*\(.*pass (\d+) of (\d+)\)/;
const UPDATE = /^ *Update state \(0x[0-9a-f]+\) (\w+)[\w ]*, progress: ([\d.]+)/;
const STAGES = ["downloading", "verifying"];

/* Returns a function that takes each line of the log, or nothing when the page has no such bar. */
export function installProgress() {
  const box = document.getElementById("progress");
  if (!box) return null;
  const [bar, pass, stage] = box.querySelectorAll("progress, span");
  return (text) => {
    const [, number, of] = text.match(PASS) || [];
    if (number) pass.textContent = word("progress.pass", { n: number, of });
    const [, doing, share] = text.match(UPDATE) || [];
    if (!doing) return;
    bar.value = Number(share);
    stage.textContent = word(`progress.${STAGES.includes(doing) ? doing : "other"}`, { share: Math.floor(share) });
  };
}
