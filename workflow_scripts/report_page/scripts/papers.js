"use strict";
// The papers, side by side.

const KINDS = { printed: "printed", published: "as published, this study", strict: "strict, this study" };
const kindKey = (rows) =>
  key(
    facts.kinds,
    Object.keys(KINDS),
    new Set(
      Object.keys(KINDS).filter((kind) => rows.some((row) => (row[kind] ?? row[`${kind}_low`] ?? null) !== null)),
    ),
  ).map((one) => ({ ...one, name: KINDS[one.name] }));

charts.papers_side_by_side = (now, width) => {
  const rows = tables.rows("papers_side_by_side");
  if (!rows.length) return { none: "No printed figures to show." };
  const narrow = width < 600,
    panels = [...new Set(rows.map((row) => row.panel))],
    texts = [],
    data = [];
  const points = { printed: [], published: [], strict: [] };
  for (const panel of panels) {
    texts.push(`<b>${wrapped(panel, narrow ? 24 : 60)}</b>`);
    for (const row of rows.filter((one) => one.panel === panel)) {
      const beside = row.study_model
          ? `${row.study_model} on ${row.dataset}, ${row.n_speakers} speakers`
          : "nothing beside it in this study",
        name = `${row.model}, ${row.domain}`;
      const y = texts.push(row.study_model === now.model ? `<b>${name}</b>` : name) - 1;
      const score = (value, low, high) => (value === null ? "–" : scoreWords({ value, low, high }, ""));
      const text = `${row.model}, ${row.domain}: ${wrapped(row.what)}<br>${row.metric}: printed ${perCent(row.printed, 1)}, as published ${score(row.published, row.published_low, row.published_high)}, strict ${score(row.strict, row.strict_low, row.strict_high)}<br>${beside}<br><br>${wrapped(row.why)}`;
      points.printed.push({ x: row.printed, y, text });
      if (row.published !== null)
        points.published.push({
          x: row.published,
          low: row.published_low,
          high: row.published_high,
          y: y - 0.22,
          text,
        });
      if (row.strict !== null)
        points.strict.push({ x: row.strict, low: row.strict_low, high: row.strict_high, y: y + 0.22, text });
    }
  }
  for (const kind in points) if (points[kind].length) data.push(dots(points[kind], facts.kinds[kind]));
  const beside = rows.filter((row) => row.strict !== null),
    below = keyBelow(width, 3, 220);
  return {
    data: [...data, ...kindKey(rows)],
    rows,
    height: 30 + below.room + 30 * texts.length,
    says: beside.length
      ? `Of ${rows.length} printed figures ${beside.length} have one of this study beside: ${beside
          .slice(0, 3)
          .map(
            (row) =>
              `${row.model} (${row.domain}) printed ${perCent(row.printed)}, as published ${perCent(row.published)}, strict ${perCent(row.strict)}${inBrackets(row.strict_low, row.strict_high)}, ${row.n_speakers} speakers`,
          )
          .join("; ")}.`
      : `${rows.length} printed figures; no model of this study is one of the papers'.`,
    layout: {
      yaxis: lines(texts, { tickfont: { size: narrow ? 10 : 12 } }),
      xaxis: { title: { text: "score" }, tickformat: ".0%" },
      showlegend: true,
      legend: below.legend,
      margin: { l: narrow ? 150 : 330, r: 14, t: 30, b: below.room },
    },
  };
};

// Lines under a heading for each corpus; panels beside each other.
function ofPaper2(rows, panels, lineOf, panelOf, valueWords, width) {
  const texts = [],
    places = new Map(),
    narrow = width < 600;
  for (const row of rows) {
    if (!places.has(row.corpus)) places.set(row.corpus, texts.push(`<b>${row.corpus}</b>`) - 1);
    const id = `${row.corpus} ${lineOf(row)}`;
    if (!places.has(id)) places.set(id, texts.push(lineOf(row)) - 1);
  }
  const layout = { yaxis: lines(texts, { tickfont: { size: narrow ? 10 : 12 } }) },
    data = [],
    annotations = [],
    wide = 1 / panels.length;
  panels.forEach(([name, title, axis], at) => {
    const id = at ? at + 1 : "",
      own = rows.filter((row) => panelOf(row) === name),
      points = { printed: [], published: [], strict: [] };
    layout[`xaxis${id}`] = {
      domain: [at * wide + (at ? 0.03 : 0), (at + 1) * wide - 0.01],
      anchor: "y",
      nticks: narrow ? 3 : 5,
      ...axis,
    };
    annotations.push({
      text: title,
      xref: "paper",
      x: at * wide + (at ? 0.03 : 0),
      xanchor: "left",
      yref: "paper",
      y: 1,
      yanchor: "bottom",
      align: "left",
      showarrow: false,
      font: { size: narrow ? 10 : 12 },
    });
    for (const row of own) {
      const y = places.get(`${row.corpus} ${lineOf(row)}`),
        printed = row.printed_low === null ? null : (row.printed_low + row.printed_high) / 2;
      const text =
        `${row.corpus}, ${row.emotion}, ${lineOf(row)}<br>printed ${valueWords(row.printed_low)} to ${valueWords(row.printed_high)}${row.n_printed > 0 ? ` (${row.n_printed} runs)` : ""}<br>as published ${valueWords(row.published)}${row.spread === null ? "" : ` ± ${valueWords(row.spread)}`}<br>strict ${valueWords(row.strict)}${inBrackets(row.strict_low, row.strict_high, valueWords)}` +
        (row.dataset ? `<br>${row.model}${row.layer ? `, layer ${row.layer}` : ""}, on ${row.dataset}` : "") +
        `<br><br>${wrapped(row.why)}`;
      if (printed !== null) points.printed.push({ x: printed, low: row.printed_low, high: row.printed_high, y, text });
      if (row.published !== null)
        points.published.push({
          x: row.published,
          low: row.published - (row.spread ?? 0),
          high: row.published + (row.spread ?? 0),
          y: y - 0.24,
          text,
        });
      if (row.strict !== null)
        points.strict.push({ x: row.strict, low: row.strict_low, high: row.strict_high, y: y + 0.24, text });
      if (row.chance !== null)
        data.push({
          x: [row.chance, row.chance],
          y: [y - 0.45, y + 0.45],
          xaxis: `x${id}`,
          mode: "lines",
          type: "scatter",
          showlegend: false,
          line: { color: "#767676", width: 1.4, dash: "dot" },
          hoverinfo: "text",
          text: [`chance ${valueWords(row.chance)}`, ""],
        });
    }
    for (const kind in points)
      if (points[kind].length) data.push(dots(points[kind], { ...facts.kinds[kind], size: 8 }, { xaxis: `x${id}` }));
  });
  const below = keyBelow(width, 3, 220, 34);
  return {
    data: [...data, ...kindKey(rows)],
    rows,
    height: 56 + below.room + 26 * texts.length,
    layout: {
      ...layout,
      annotations,
      showlegend: true,
      legend: below.legend,
      margin: { l: narrow ? 84 : 130, r: 14, t: 56, b: below.room },
    },
  };
}

const F1_SIDES = [
  ["acoustic", "acoustic features"],
  ["all", "all dimensions"],
  ["top", "top k dimensions"],
];

charts.papers_f1 = (now, width) => {
  const rows = tables.rows("papers_explanation", { what: "F1" });
  if (!rows.length) return { none: "Paper 2's F1 are not in this study." };
  const ends = rows
    .flatMap((row) => [row.printed_low, row.published, row.strict_low, row.chance, row.strict_high, row.printed_high])
    .filter((one) => one !== null && one !== undefined);
  const axis = { range: [Math.min(...ends) - 0.04, Math.max(...ends, 1) + 0.03], tickformat: ".0%" };
  const panels = F1_SIDES.filter(([side]) => rows.some((row) => row.side === side)).map(([side, title]) => [
    side,
    wrapped(title, width < 600 ? 10 : 40),
    axis,
  ]);
  const made = ofPaper2(
    rows,
    panels,
    (row) => row.emotion,
    (row) => row.side,
    (value) => perCent(value, 1),
    width,
  );
  const beside = rows.filter((row) => row.strict !== null),
    one = beside.find((row) => row.emotion === now.emotion) ?? beside[0];
  return {
    ...made,
    says:
      `${rows.length} printed F1, ${beside.length} with one of this study beside.` +
      (one
        ? ` ${one.emotion}, ${one.corpus}: printed ${perCent(one.printed_low)} to ${perCent(one.printed_high)}, as published ${perCent(one.published)}, strict ${perCent(one.strict)}${inBrackets(one.strict_low, one.strict_high)}.`
        : ""),
  };
};

charts.papers_medians = (now, width) => {
  const all = tables.rows("papers_explanation", { what: ["shap", "information-increase"] }),
    emotions = [...new Set(all.map((row) => row.emotion))];
  if (!all.length) return { none: "Paper 2's medians of categories are not in this study." };
  const emotion = emotions.includes(now.emotion) ? now.emotion : emotions[0],
    rows = all.filter((row) => row.emotion === emotion);
  const titles = {
    shap: width < 600 ? "SHAP, 0 to 1" : "SHAP of acoustic features, scaled to 0 to 1",
    "information-increase": width < 600 ? "information<br>increase" : "information increase (1: no increase)",
  };
  const panels = Object.keys(titles)
    .filter((what) => rows.some((row) => row.what === what))
    .map((what) => [what, titles[what], { rangemode: "tozero" }]);
  const made = ofPaper2(
    rows,
    panels,
    (row) => row.category,
    (row) => row.what,
    (value) => plain(value, 3),
    width,
  );
  const none = panels.findIndex(([what]) => what === "information-increase");
  if (none >= 0)
    made.layout.shapes = [
      {
        type: "line",
        xref: `x${none ? none + 1 : ""}`,
        x0: 1,
        x1: 1,
        yref: "paper",
        y0: 0,
        y1: 1,
        line: { color: "#767676", dash: "dot", width: 1.2 },
        layer: "below",
      },
    ];
  const beside = rows.filter((row) => row.strict !== null).length;
  return {
    ...made,
    note: emotion === now.emotion ? "" : `Paper 2 has no ${now.emotion}: ${emotion} is shown.`,
    says: `Medians of acoustic categories for ${emotion}: ${rows.length} printed, ${beside} with one of this study beside.`,
  };
};
