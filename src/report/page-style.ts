/** The style of the pages that `nmt report` and `nmt experts` write. */

export const pageStyle = `
:root {
  --paper: #fcfcfb; --card: #ffffff; --ink: #1a1a19; --soft: #5f5e5a; --rule: #e4e3df; --wash: #f3f2ee;
  --c1: #2a78d6; --c2: #d9652b; --c3: #158a61; --c4: #7a4fc4; --c5: #b98300; --c6: #cf3f6e; --c7: #0c8f9c; --c8: #6b6f76;
  --more: #2a78d6; --less: #d9652b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171716; --card: #1f1f1e; --ink: #efeeea; --soft: #a9a7a0; --rule: #373633; --wash: #292826;
    --c1: #5c9ff0; --c2: #ee8a54; --c3: #3fb88a; --c4: #a98bea; --c5: #d6a52c; --c6: #ee7598; --c7: #3fb9c6; --c8: #9ba0a8;
    --more: #3987e5; --less: #d9652b;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 74rem; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 3rem 0 0.75rem; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.75rem 0 0.5rem; }
header p, .note, footer { color: var(--soft); }
header p { margin: 0.4rem 0 0; max-width: 48rem; }
p { max-width: 48rem; }
footer { margin-top: 4rem; font-size: 0.85rem; }
a { color: var(--c1); text-decoration-thickness: 1px; text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--c1); outline-offset: 2px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; margin: 1.5rem 0 0; }
.tiles div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.7rem 0.9rem; }
.tiles dt { color: var(--soft); font-size: 0.82rem; }
.tiles dd { margin: 0.1rem 0 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; letter-spacing: -0.01em; }
.tiles small { display: block; color: var(--soft); font-size: 0.8rem; font-weight: 400; letter-spacing: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 31rem), 1fr)); gap: 1rem; }
figure { margin: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.9rem 1rem 0.7rem; }
figcaption { margin-bottom: 0.5rem; }
figcaption .note { font-size: 0.85rem; margin-left: 0.35rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
.grid { stroke: var(--rule); stroke-width: 1; }
.tick { fill: var(--soft); font-size: 11px; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.dot { stroke: var(--card); stroke-width: 1.5; }
.line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); } .line.c4 { stroke: var(--c4); }
.line.c5 { stroke: var(--c5); } .line.c6 { stroke: var(--c6); } .line.c7 { stroke: var(--c7); } .line.c8 { stroke: var(--c8); }
circle.c1 { fill: var(--c1); } circle.c2 { fill: var(--c2); } circle.c3 { fill: var(--c3); } circle.c4 { fill: var(--c4); }
circle.c5 { fill: var(--c5); } circle.c6 { fill: var(--c6); } circle.c7 { fill: var(--c7); } circle.c8 { fill: var(--c8); }
i.c1 { background: var(--c1); } i.c2 { background: var(--c2); } i.c3 { background: var(--c3); } i.c4 { background: var(--c4); }
i.c5 { background: var(--c5); } i.c6 { background: var(--c6); } i.c7 { background: var(--c7); } i.c8 { background: var(--c8); }
.cross { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
.reading { font-size: 11.5px; fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.legend { list-style: none; margin: 0.5rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; font-size: 0.85rem; color: var(--soft); }
.legend i { display: inline-block; width: 0.8rem; height: 0.22rem; border-radius: 2px; margin-right: 0.45rem; vertical-align: middle; }
.bar { fill: var(--c1); } .bar.weight { fill: var(--c2); } a:hover .bar { opacity: 0.75; } .mean { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 3; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th { text-align: left; font-weight: 500; color: var(--soft); }
.rows { width: 100%; }
.rows td, .rows th { padding: 0.4rem 1rem 0.4rem 0; border-top: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
.rows th { white-space: nowrap; width: 1%; }
.rows tr.reference td, .rows tr.reference th { color: var(--c3); }
.sample { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.9rem 1rem 0.5rem; margin: 0 0 1rem; }
.sample p { margin: 0 0 0.5rem; font-weight: 600; overflow-wrap: anywhere; }
h3 + .note { margin-top: 0; }
.heat { border-collapse: separate; border-spacing: 2px; font-size: 0.8rem; margin-bottom: 0.8rem; }
.heat th { font-size: 0.8rem; padding-right: 0.6rem; }
.heat thead td { background: none; }
.heat thead th { text-align: center; padding: 0; }
.heat td { min-width: 0.85rem; height: 1.7rem; border-radius: 3px; text-align: center; background: var(--wash); }
.heat:not(.figures) td { height: 1.15rem; border-radius: 2px; }
.heat.figures td { min-width: 2.9rem; padding: 0 0.35rem; }
.heat td[class] { background: color-mix(in oklab, var(--wash), var(--tint) calc(var(--v) * 1%)); }
.heat .more { --tint: var(--more); } .heat .less { --tint: var(--less); }
.experts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1rem; margin-top: 1rem; }
.expert { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 0.85rem 1rem; content-visibility: auto; contain-intrinsic-size: auto 24rem; }
.expert:target { border-color: var(--c1); box-shadow: 0 0 0 1px var(--c1); }
.expert h3 { margin: 0; white-space: nowrap; }
.expert header { display: flex; justify-content: space-between; align-items: baseline; gap: 0.75rem; }
.expert header span { color: var(--soft); font-size: 0.85rem; text-align: right; }
.expert h4 { margin: 0.8rem 0 0.25rem; font-size: 0.78rem; font-weight: 500; color: var(--soft); }
.words { list-style: none; display: flex; flex-wrap: wrap; gap: 0.3rem; margin: 0; padding: 0; }
.words li { background: var(--wash); border-radius: 5px; padding: 0.05rem 0.45rem; overflow-wrap: anywhere; }
.words small, .contexts small { color: var(--soft); font-size: 0.78rem; }
.contexts { list-style: none; margin: 0; padding: 0; font-size: 0.88rem; line-height: 1.45; }
.contexts li { display: flex; gap: 0.6rem; padding: 0.12rem 0; }
.contexts span { color: var(--soft); flex: 1; overflow-wrap: anywhere; min-width: 0; }
.contexts b { color: var(--ink); font-weight: 650; }
.find { display: flex; gap: 0.6rem; align-items: center; margin: 1.5rem 0 0; }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--rule); border-radius: 6px; padding: 0.35rem 0.6rem; width: 16rem; max-width: 100%; }
nav ul { list-style: none; padding: 0; margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; }
[hidden] { display: none !important; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 0.85rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
details { border-top: 1px solid var(--rule); padding: 0.5rem 0; } details:last-of-type { border-bottom: 1px solid var(--rule); }
summary { cursor: pointer; font-weight: 500; } details pre { padding: 0.5rem 0 0.5rem 1rem; }
@media print { .find, nav { display: none; } .expert, figure, .sample { break-inside: avoid; } }
`;
