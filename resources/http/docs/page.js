// Shows /openapi.json: its calls by resource, with parameters, fields, answers and a line of curl.
"use strict";

const make = (name, text = "", of = "") => {
    const element = document.createElement(name);
    element.textContent = text;
    if (of) element.className = of;
    return element;
};

// Text in which `code` stands between backquotes.
const prose = (element, text) => {
    element.replaceChildren(...text.split("`").map((part, index) =>
        index % 2 ? make("code", part) : document.createTextNode(part)));
    return element;
};

const reader = (whole) => {
    const looked_up = (part) => part && part.$ref
        ? part.$ref.slice(2).split("/").reduce((at, name) => at[name], whole) : part;

    const type_of = (schema) => {
        if (!schema) return "";
        if (schema.$ref) {
            const target = looked_up(schema);
            return target.properties ? schema.$ref.split("/").pop() : type_of(target);
        }
        if (schema.oneOf) return schema.oneOf.map(type_of).join(" or ");
        if (schema.const) return JSON.stringify(schema.const);
        if (schema.enum) return schema.enum.join(" | ");
        const type = [schema.type].flat().filter((word) => word !== "null").join(" or ");
        if (type === "array") return `list of ${type_of(schema.items) || "anything"}`;
        const bounds = [];
        if ("minimum" in schema || "maximum" in schema)
            bounds.push(`${schema.minimum ?? ""} to ${schema.maximum ?? ""}`);
        if ("multipleOf" in schema) bounds.push(`in steps of ${schema.multipleOf}`);
        if ("maxLength" in schema) bounds.push(`up to ${schema.maxLength} characters`);
        if ("default" in schema) bounds.push(`${schema.default} without it`);
        return [schema.format ?? type, ...bounds].join(", ");
    };

    const rows = (entries) => {
        const table = make("table");
        for (const [name, type, text, needed] of entries) {
            const row = table.insertRow();
            const head = make("th");
            head.scope = "row";
            head.append(make("code", name), make("span", needed ? " needed" : "", "type"));
            row.append(head);
            const cell = row.insertCell();
            cell.append(make("span", type, "type"));
            if (text) cell.append(prose(make("div"), text));
        }
        return table;
    };

    const fields = (schema) => {
        const object = looked_up(schema);
        return rows(Object.entries(object.properties ?? {}).map(([name, field]) =>
            [name, type_of(field), field.description, (object.required ?? []).includes(name)]));
    };

    const example = (schema) => {
        const object = looked_up(schema);
        if (object.type === "array" || [object.type].flat()[0] === "array")
            return [example(object.items)];
        if (!object.properties)
            return object.examples?.[0] ?? object.enum?.[0] ?? object.default ?? "...";
        return Object.fromEntries(Object.entries(object.properties)
            .filter(([name, field]) => (object.required ?? []).includes(name) || field.examples)
            .map(([name, field]) => [name, example(field)]));
    };

    const curl = (method, path, call) => {
        const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
            const parameters = (call.parameters ?? []).map(looked_up);
            return parameters.find((one) => one.name === name)?.example ?? name.toUpperCase();
        });
        const line = ["curl"];
        if (method !== "get") line.push("-X", method.toUpperCase());
        line.push(`"${location.origin}${filled}"`);
        if (call["x-scope"] !== "open") line.push('-H "Authorization: Bearer $TOKEN"');
        const body = call.requestBody?.content["application/json"].schema;
        if (body)
            line.push('-H "Content-Type: application/json"',
                `-d '${JSON.stringify(example(body))}'`);
        return line.join(" ");
    };

    return { looked_up, type_of, rows, fields, curl };
};

const shown_call = (read, method, path, call) => {
    const box = document.getElementById("call").content.firstElementChild.cloneNode(true);
    const part = (name) => box.querySelector(`.${name}`);
    box.id = call.operationId;
    part("method").textContent = method.toUpperCase();
    part("method").classList.add(method);
    part("path").textContent = path;
    part("here").href = `#${call.operationId}`;
    part("said").textContent = `${call.summary}.`;
    prose(part("more"), call.description ?? "");
    part("scope").textContent = call["x-scope"] === "open"
        ? "Needs no token." : `Needs a token of scope ${call["x-scope"]}.`;
    box.append(make("pre", read.curl(method, path, call)));
    const parameters = (call.parameters ?? []).map(read.looked_up);
    if (parameters.length) {
        box.append(make("h4", "Parameters"), read.rows(parameters.map((one) =>
            [one.name, `${one.in}, ${read.type_of(one.schema)}`, one.description, one.required])));
    }
    const body = call.requestBody?.content["application/json"].schema;
    if (body && Object.keys(read.looked_up(body).properties).length)
        box.append(make("h4", "Body"), read.fields(body));
    const answers = make("details");
    answers.append(make("summary", `Answers: ${Object.keys(call.responses).join(", ")}`),
        read.rows(Object.entries(call.responses).map(([status, one]) => {
            const answer = read.looked_up(one);
            const [content] = Object.values(answer.content ?? {});
            return [status, read.type_of(content?.schema), answer.description, false];
        })));
    box.append(answers);
    return box;
};

const show = (whole) => {
    const read = reader(whole);
    document.getElementById("version").textContent = whole.info.version;
    prose(document.getElementById("summary"), `${whole.info.summary} ${whole.info.description}`);
    const list = document.getElementById("list");
    const calls = document.getElementById("calls");
    for (const tag of whole.tags) {
        const links = make("section");
        const group = make("section");
        links.append(make("h2", tag.name));
        group.append(make("h2", tag.name), make("p", tag.description));
        for (const [path, methods] of Object.entries(whole.paths))
            for (const [method, call] of Object.entries(methods)) {
                if (!call.tags.includes(tag.name)) continue;
                const link = make("a", call.summary);
                link.href = `#${call.operationId}`;
                link.dataset.call = call.operationId;
                link.dataset.words = `${method} ${path} ${call.summary}`.toLowerCase();
                links.append(link);
                group.append(shown_call(read, method, path, call));
            }
        list.append(links);
        calls.append(group);
    }
    const objects = make("section");
    objects.append(make("h2", "Objects"), make("p", "What calls take and answer."));
    for (const [name, schema] of Object.entries(whole.components.schemas)) {
        if (!schema.properties) continue;
        const box = make("article");
        box.append(make("h3", name));
        if (schema.description) box.append(prose(make("p"), schema.description));
        box.append(read.fields(schema));
        objects.append(box);
    }
    calls.append(objects);
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
};

const filter = document.getElementById("filter");
filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const link of document.querySelectorAll("#list a")) {
        link.hidden = !words.every((word) => link.dataset.words.includes(word));
        document.getElementById(link.dataset.call).hidden = link.hidden;
    }
});
document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== filter) {
        event.preventDefault();
        filter.focus();
    }
    if (event.key === "Escape" && document.activeElement === filter) {
        filter.value = "";
        filter.dispatchEvent(new Event("input"));
        document.getElementById("calls").focus();
    }
});

fetch("/openapi.json")
    .then((reply) => reply.json())
    .then(show)
    .catch((reason) => document.getElementById("calls").append(
        make("p", `The document cannot be read: ${reason.message}`)));
