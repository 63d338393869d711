/** Reading values off charts: a line under the pointer, and what each series has there. Runs in the page. */

export const chartScript = `
for (const svg of document.querySelectorAll("svg[data-chart]")) {
  const series = JSON.parse(svg.dataset.chart);
  const make = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    return node;
  };
  const { width, height } = svg.viewBox.baseVal;
  let layer;
  const clear = () => { layer?.remove(); layer = undefined; };
  svg.addEventListener("pointerleave", clear);
  svg.addEventListener("pointermove", (event) => {
    clear();
    const x = ((event.clientX - svg.getBoundingClientRect().left) / svg.clientWidth) * width;
    const nearest = (points) => points.reduce((best, point) => (Math.abs(point[1] - x) < Math.abs(best[1] - x) ? point : best));
    const found = series.map((each) => ({ ...each, point: nearest(each.at) }));
    const at = found.map(({ point }) => point).reduce((best, point) => (Math.abs(point[1] - x) < Math.abs(best[1] - x) ? point : best));
    layer = make("g", { "pointer-events": "none" });
    layer.append(make("line", { class: "cross", x1: at[1], x2: at[1], y1: 8, y2: height - 26 }));
    const onRight = at[1] < width / 2;
    const lines = ["step " + at[0].toLocaleString("en"), ...found.filter(({ point }) => Math.abs(point[1] - at[1]) < 12)
      .map(({ name, point }) => (series.length > 1 ? name + " " : "") + point[3])];
    lines.forEach((line, i) => {
      const text = make("text", { class: "reading", x: at[1] + (onRight ? 8 : -8), y: 20 + 15 * i, "text-anchor": onRight ? "start" : "end" });
      text.textContent = line;
      layer.append(text);
    });
    for (const { colour, point } of found) {
      if (Math.abs(point[1] - at[1]) < 12) layer.append(make("circle", { class: "dot c" + colour, cx: point[1], cy: point[2], r: 4 }));
    }
    svg.append(layer);
  });
}
`;
