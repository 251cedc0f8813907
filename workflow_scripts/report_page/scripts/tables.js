"use strict";
// The tables that lie in the page: columns, words coded by number, gzip and base64. `tables.rows(name, wanted)` reads them.
const facts = JSON.parse(document.getElementById("facts").textContent);

const tables = {
  columns: {},

  async open() {
    const packed = document.getElementById("tables").textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    this.columns = JSON.parse(await new Response(stream).text());
  },

  has(name) {
    return name in this.columns;
  },

  // Values of one column; words are decoded.
  column(name, column) {
    const stored = this.columns[name][column];
    return stored.words ? stored.codes.map((code) => stored.words[code]) : stored.values;
  },

  // The different words of a column, in the order of the table, among the rows that have the wanted values.
  words(name, column, wanted = {}) {
    const all = this.columns[name]?.[column].words;
    return all && !Object.keys(wanted).length
      ? [...all]
      : [...new Set(this.rows(name, wanted).map((row) => row[column]))];
  },

  // Rows as objects. `wanted`: column -> the value it must have, or an array of those it may have.
  rows(name, wanted = {}) {
    if (!this.has(name)) return [];
    const stored = this.columns[name],
      first = Object.values(stored)[0],
      length = (first.codes ?? first.values).length;
    const tests = [];
    for (const [column, value] of Object.entries(wanted)) {
      const own = stored[column],
        values = Array.isArray(value) ? value : [value];
      if (own.words) {
        const codes = new Set(values.map((one) => own.words.indexOf(one)));
        tests.push((place) => codes.has(own.codes[place]));
      } else {
        const set = new Set(values);
        tests.push((place) => set.has(own.values[place]));
      }
    }
    const found = [];
    for (let place = 0; place < length; place++) {
      if (!tests.every((test) => test(place))) continue;
      const row = {};
      for (const column in stored) {
        const own = stored[column];
        row[column] = own.words ? own.words[own.codes[place]] : own.values[place];
      }
      found.push(row);
    }
    return found;
  },
};
