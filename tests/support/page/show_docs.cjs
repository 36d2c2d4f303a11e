// Opens the page of /docs without a browser: its HTML, its script and the document given as files.
// Prints what a reader would see of it, as JSON. node show_docs.cjs PAGES_FOLDER DOCUMENT
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const [folder, document_file] = process.argv.slice(2);
const modules = path.join(__dirname, "../../../.deps/npm-test/node_modules");
const { parseHTML } = require(path.join(modules, "linkedom"));
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");

const { document, Event } = parseHTML(read("index.html"));
const asked = [];
const page = {
    document, Event,
    location: { origin: "http://localhost:3001", hash: "" },
    fetch: async (address) => {
        asked.push(address);
        return { json: async () => JSON.parse(fs.readFileSync(document_file, "utf8")) };
    },
};
// linkedom has no rows of tables, which are plain elements here.
document.createElement("table").constructor.prototype.insertRow ??= function () {
    return this.appendChild(document.createElement("tr"));
};
document.createElement("tr").constructor.prototype.insertCell ??= function () {
    return this.appendChild(document.createElement("td"));
};
vm.runInNewContext(read("page.js"), page);

setTimeout(() => {
    const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent);
    const filter = document.getElementById("filter");
    filter.value = "cancel";
    filter.dispatchEvent(new Event("input"));
    console.log(JSON.stringify({
        asked,
        calls: [...document.querySelectorAll("main article[id]")].map((one) => one.id),
        headings: texts("h3"),
        examples: texts("main pre"),
        links: [...document.querySelectorAll("#list a")].map((one) => one.getAttribute("href")),
        left_by_filter: [...document.querySelectorAll("#list a")].filter((one) => !one.hidden)
            .map((one) => one.getAttribute("href")),
        text: document.querySelector("main").textContent,
    }));
}, 50);
