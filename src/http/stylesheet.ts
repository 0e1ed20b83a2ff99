/** How the pages look: one sheet for screen, phone, paper and dark rooms. No font, no picture, no script. */
export const stylesheet = `
:root { --ink: #1b1f24; --soft: #57606a; --paper: #fff; --panel: #f4f5f7; --line: #d4d9df; --link: #0b57a4;
  --good: #0f6a35; --good-bg: #ddf4e4; --wait: #7a4b00; --wait-bg: #fdf0cf; --bad: #a11420; --bad-bg: #fde3e3; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --soft: #a3abb5; --paper: #15181c; --panel: #1f2429; --line: #3a424b; --link: #86bcf7;
    --good: #8fdfab; --good-bg: #123820; --wait: #f2cd7c; --wait-bg: #3d2e0a; --bad: #ffaaa6; --bad-bg: #4a1a1c; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.45 system-ui, sans-serif; }
main, .top, footer { max-width: 68rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin: 1.2rem 0 .6rem; } h2 { font-size: 1.2rem; margin: 1.8rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; } p { margin: 0 0 .4rem; } a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .3rem; background: var(--paper); padding: .3rem; }
.top { display: flex; flex-wrap: wrap; gap: 0 1.5rem; align-items: center; border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; margin: .7rem 0; }
nav ul, .day ul, .actions ul { list-style: none; margin: 0; padding: 0; }
.top ul, .switch ul { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.top nav a, .switch a { display: inline-block; padding: .6rem 0; }
[aria-current] { color: var(--ink); font-weight: 600; text-decoration-thickness: 2px; }
.faint, .kind, .crumb, footer { color: var(--soft); } footer { margin-top: 2.5rem; padding-bottom: 1rem; font-size: .875rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 0 0 1rem; }
.tiles div, .card, .actions, .filter { background: var(--panel); border-radius: .4rem; padding: .6rem .8rem; }
.tiles dt, .facts dt { color: var(--soft); font-size: .875rem; } .tiles dd { margin: 0; font-weight: 600; }
.filter { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; }
.filter label { display: grid; font-size: .875rem; color: var(--soft); max-width: 100%; }
input, select, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--soft);
  border-radius: .3rem; padding: .35rem .6rem; max-width: 100%; } button { cursor: pointer; font-weight: 600; }
.pager { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: baseline; margin: .6rem 0; } .pager span { color: var(--soft); }
.day h3 { margin: 1.1rem 0 0; padding-bottom: .2rem; border-bottom: 2px solid var(--line); }
.day li { display: grid; grid-template-columns: 9rem 1fr 14rem 5.5rem; gap: 0 1rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
.time { font-variant-numeric: tabular-nums; } .what a { font-weight: 600; } .count { text-align: right; color: var(--soft); }
.what, .where, .time, dd, h1, h3 { overflow-wrap: anywhere; } td { overflow-wrap: break-word; } .off .what a, .off .time { text-decoration: line-through; }
.mark { display: inline-block; padding: 0 .45rem; border-radius: .3rem; border: 1px solid currentColor; font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.mark.good { color: var(--good); background: var(--good-bg); } .mark.wait { color: var(--wait); background: var(--wait-bg); }
.mark.bad { color: var(--bad); background: var(--bad-bg); } .mark.plain { color: var(--soft); }
.actions li { display: flex; gap: .3rem .8rem; flex-wrap: wrap; align-items: center; margin: .4rem 0; }
.actions h2 { margin-top: .2rem; } .actions { margin-bottom: 1rem; }
.outcome { border-left: 4px solid var(--wait); background: var(--wait-bg); padding: .5rem .8rem; } .outcome h2 { margin-top: 0; }
.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .3rem 1rem; margin: 0; } .facts dd { margin: 0; }
.facts p, td p { margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-size: .875rem; } tbody th { font-weight: 600; min-width: 6rem; } .sides td { white-space: pre-line; width: 28%; }
.changes td { width: 42%; } .history { padding-left: 0; list-style: none; } .history li { margin-bottom: 1rem; }
.card { margin: 0 0 1rem; } .options { margin: 0; padding-left: 1.2rem; } .options li { margin-bottom: .4rem; } .wide + p { margin-top: .5rem; }
.crumb { margin: .8rem 0 0; } .crumb + h1 { margin-top: .2rem; } h1 .mark { font-size: 1rem; vertical-align: middle; }
 .card h3 { margin-top: 0; } .line { display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
pre { background: var(--panel); padding: .8rem; border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
code { background: var(--paper); padding: 0 .25rem; overflow-wrap: anywhere; }
@media (max-width: 44rem) {
  .day li { grid-template-columns: 1fr auto; } .what { grid-column: 1 / -1; grid-row: 1; } .time { grid-row: 2; }
  .where { grid-column: 1 / -1; } .count { grid-row: 2; grid-column: 2; } .facts { grid-template-columns: 1fr; } .facts dd { margin-bottom: .4rem; }
}
@media print {
  :root { --ink: #000; --soft: #333; --paper: #fff; --panel: #fff; --line: #999; --link: #000;
    --good: #000; --good-bg: #fff; --wait: #000; --wait-bg: #fff; --bad: #000; --bad-bg: #fff; }
  @page { margin: 14mm; } body { font-size: 10.5pt; } .top, .filter, .pager, .actions, .switch, .crumb { display: none; }
  a { text-decoration: none; } .day li, tr, .card { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
`;
