// The documentation page: loads the OpenAPI documents, shows one operation at a time, and sends it.
// Everything is made of DOM nodes and text, never of HTML strings. The credential stays in its field.

"use strict";

const DIALECTS = ["close", "tether"];
const METHODS = ["get", "post", "put", "patch", "delete"];
const documents = {};
let current = { dialect: null, operation: null };

const byId = (id) => document.getElementById(id);

/** An element with attributes and children; text stays text. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

// Documents.

async function load(name) {
  const response = await fetch(`/openapi/${name}.json`);
  if (!response.ok) throw new Error(`/openapi/${name}.json: ${response.status}`);
  const doc = await response.json();
  const operations = [];
  for (const [path, item] of Object.entries(doc.paths)) {
    for (const method of METHODS) {
      if (item[method]) operations.push({ ...item[method], path, method });
    }
  }
  documents[name] = { doc, operations };
}

function resolve(doc, node) {
  let found = node ?? {};
  while (found.$ref) {
    found = found.$ref.slice(2).split("/").reduce((at, part) => at[part], doc);
  }
  return found;
}

const schemaOf = (content) => content?.content?.["application/json"]?.schema;

/** The kinds a schema allows apart from null, and whether null is one of them. */
function kinds(doc, schema) {
  const found = resolve(doc, schema);
  const parts = (found.anyOf ?? found.oneOf ?? [found]).map((part) => resolve(doc, part));
  return {
    parts: parts.filter((part) => part.type !== "null"),
    nullable: parts.some((part) => part.type === "null"),
  };
}

function typeName(doc, schema) {
  const { parts, nullable } = kinds(doc, schema);
  const names = parts.map((part) => {
    if (part.enum) return part.enum.map((value) => JSON.stringify(value)).join(" | ");
    if ("const" in part) return JSON.stringify(part.const);
    if (part.type === "array") return `list of ${typeName(doc, part.items)}`;
    if (part.format) return part.format;
    return [part.type ?? "anything"].flat().join(" or ");
  });
  if (nullable) names.push("null");
  return [...new Set(names)].join(" or ");
}

/** What a value of the schema looks like. */
function example(doc, schema, name = "", depth = 0) {
  const given = resolve(doc, schema);
  if (given.examples?.length) return given.examples[0];
  const found = kinds(doc, schema).parts[0];
  if (!found || depth > 6) return null;
  if ("const" in found) return found.const;
  if (found.default !== undefined && found.default !== null) return found.default;
  if (found.enum) return found.enum[0];
  switch ([found.type].flat()[0]) {
    case "object":
      return Object.fromEntries(
        Object.entries(found.properties ?? {}).map(([key, value]) => [key, example(doc, value, key, depth + 1)]),
      );
    case "array":
      return found.items ? [example(doc, found.items, "", depth + 1)] : [];
    case "string":
      return exampleText(found, name);
    case "integer":
    case "number":
      return found.minimum ?? 1;
    case "boolean":
      return true;
    default:
      return null;
  }
}

function exampleText(schema, name) {
  if (schema.format === "date") return "2026-05-17";
  if (schema.format === "date-time" || /^date_|(At|_at)$/.test(name)) return "2026-05-17T09:30:00Z";
  const id = /^\^(\w+_)?\[0-9a-f/.exec(schema.pattern ?? "");
  if (id) return `${id[1] ?? ""}65f0c1d2e3a4b5c6d7e8f901`;
  return "text";
}

// The list of operations.

function showDialects() {
  byId("dialects").replaceChildren(
    ...DIALECTS.map((name) =>
      make("a", { href: `#${name}`, "aria-current": name === current.dialect ? "page" : null }, title(name)),
    ),
  );
}

const title = (name) => name[0].toUpperCase() + name.slice(1);

function showList() {
  const { operations } = documents[current.dialect];
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = operations.filter((operation) => {
    const text = [operation.method, operation.path, operation.operationId, operation.summary, operation.tags]
      .join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = new Map();
  for (const operation of matching) {
    const tag = operation.tags[0];
    groups.set(tag, [...(groups.get(tag) ?? []), operation]);
  }
  const nodes = [...groups].map(([tag, members]) =>
    make("section", {}, make("h2", {}, tag), make("ul", {}, members.map(listItem))),
  );
  byId("operations").replaceChildren(...(nodes.length ? nodes : [make("p", {}, "Nothing found.")]));
  byId("toggle").textContent = `Operations (${matching.length})`;
  byId("found").textContent = words.length ? `${matching.length} operations found` : "";
  if (words.length) setListOpen(true);
}

function listItem(operation) {
  const here = operation === current.operation;
  return make("li", {},
    make("a", {
      href: `#${current.dialect}/${operation.operationId}`,
      title: operation.path,
      "aria-current": here ? "page" : null,
    },
    methodName(operation), make("span", {}, operation.summary)));
}

const methodName = ({ method }) => make("span", { class: `method ${method}` }, method.toUpperCase());

function setListOpen(open) {
  byId("operations").classList.toggle("open", open);
  byId("toggle").setAttribute("aria-expanded", String(open));
}

// Schemas.

function properties(doc, schema, input, depth = 0) {
  const { parts } = kinds(doc, schema);
  const lists = parts.map((part) => {
    if (part.type === "array") return properties(doc, part.items, input, depth);
    if (!part.properties || depth > 6) return null;
    // An answer has all its properties anyway; saying so at each would be noise.
    const required = new Set(input ? part.required ?? [] : []);
    return make("ul", { class: "properties" },
      Object.entries(part.properties).map(([name, inner]) =>
        property(doc, name, inner, required.has(name), input, depth)));
  }).filter(Boolean);
  return lists.length ? make("div", {}, lists) : null;
}

function property(doc, name, schema, required, input, depth = 0) {
  const found = resolve(doc, schema);
  return make("li", {},
    make("code", {}, name),
    make("span", { class: "type" }, typeName(doc, schema)),
    required ? make("span", { class: "required" }, "required") : null,
    make("span", { class: "note" }, limits(doc, schema)),
    found.description ? make("p", {}, found.description) : null,
    properties(doc, schema, input, depth + 1));
}

const LIMITS = {
  minLength: "at least %", maxLength: "at most % characters", minimum: "≥ %", maximum: "≤ %",
  exclusiveMinimum: "> %", exclusiveMaximum: "< %", minItems: "at least % items",
  maxItems: "at most % items", pattern: "matches %",
};

function limits(doc, schema) {
  const found = [resolve(doc, schema), ...kinds(doc, schema).parts];
  const notes = new Set();
  for (const part of found) {
    for (const [name, words] of Object.entries(LIMITS)) {
      if (part[name] !== undefined) notes.add(words.replace("%", part[name]));
    }
    if (part.default !== undefined && part.default !== null) notes.add(`default ${JSON.stringify(part.default)}`);
  }
  return [...notes].join(", ");
}

function schemaBlock(doc, schema, input) {
  const shown = properties(doc, schema, input);
  const sample = make("pre", { tabindex: "0", "aria-label": "Example" }, pretty(example(doc, schema)));
  if (!shown) return make("div", {}, make("p", {}, typeName(doc, schema)), sample);
  return make("div", { class: "sides" }, shown, sample);
}

const pretty = (value) => JSON.stringify(value, null, 2);

// One operation.

function showOperation() {
  const { doc } = documents[current.dialect];
  const { operation } = current;
  document.title = `${operation.summary} – Leadline API`;
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(doc, parameter));
  const body = schemaOf(operation.requestBody);
  const nodes = [
    make("h1", {}, operation.summary),
    make("p", { class: "address" }, methodName(operation), pathNode(operation.path)),
    facts(operation),
    operation.description ? make("p", {}, operation.description) : null,
  ];
  if (parameters.length) {
    nodes.push(make("h2", {}, "Parameters"), make("ul", { class: "properties" },
      parameters.map((parameter) => property(doc, parameter.name,
        { ...parameter.schema, description: `${parameter.description} In the ${parameter.in}.` },
        parameter.required, true))));
  }
  if (body) {
    nodes.push(make("h2", {}, "Body"), schemaBlock(doc, body, true));
  }
  nodes.push(make("h2", {}, "Try it"), tryForm(doc, operation, parameters, body));
  nodes.push(make("h2", {}, "Answers"), ...answers(doc, operation));
  byId("main").replaceChildren(...nodes.filter(Boolean));
}

function pathNode(path) {
  const parts = path.split(/(\{\w+\})/);
  return make("span", { class: "path" },
    parts.map((part) => (part.startsWith("{") ? make("b", {}, part) : part)));
}

function facts(operation) {
  const right = operation["x-right"];
  const who = right ? "Needs the right " : "Public: needs no credential";
  return make("ul", { class: "facts" },
    make("li", {}, who, right ? make("code", {}, right) : null),
    operation["x-needs-api-key"] ? make("li", {}, "API keys only") : null,
    make("li", {}, "Operation ", make("code", {}, operation.operationId)));
}

function answers(doc, operation) {
  return Object.entries(operation.responses).map(([status, response]) => {
    const found = resolve(doc, response);
    const schema = schemaOf(found);
    const given = found.content?.["application/json"]?.example;
    const good = status.startsWith("2");
    return make("details", { open: good },
      make("summary", {}, statusNode(status), found.description),
      given !== undefined ? make("pre", { tabindex: "0", "aria-label": "Example" }, pretty(given))
        : schema ? schemaBlock(doc, schema, false) : make("p", {}, "No body."));
  });
}

const statusNode = (status) =>
  make("span", { class: `status ${String(status).startsWith("2") ? "good" : "bad"}` }, String(status));

// Try it.

function tryForm(doc, operation, parameters, body) {
  const fields = parameters.map((parameter) =>
    make("label", {},
      make("span", {}, parameter.name, parameter.required ? null : make("em", {}, " (optional)")),
      make("input", { "data-in": parameter.in, name: parameter.name, required: parameter.required, autocomplete: "off" })));
  const area = body
    ? make("label", { class: "body" }, make("span", {}, "Body"),
      make("textarea", { name: "body", spellcheck: "false" }, pretty(example(doc, body))))
    : null;
  const answer = make("div", { class: "answer", role: "status" });
  const form = make("form", { "aria-label": "Try it" },
    make("div", { class: "fields" }, fields), area,
    make("div", { class: "actions" }, make("button", { class: "send" }, "Send"),
      make("p", {}, "It is carried out for real, on this server.")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, operation, answer);
  });
  return make("div", {}, form, answer);
}

function requestOf(form, operation) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const input of form.querySelectorAll("input[data-in]")) {
    const value = input.value;
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(value));
    else if (value !== "" && input.dataset.in === "query") query.set(input.name, value);
    else if (value !== "" && input.dataset.in === "header") headers[input.name] = value;
  }
  const body = form.querySelector("textarea")?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const secret = byId("credential").value.trim();
  if (secret && operation["x-right"]) {
    headers.Authorization = current.dialect === "close" ? `Basic ${btoa(`${secret}:`)}` : `Bearer ${secret}`;
  }
  const text = query.toString();
  return { url: path + (text ? `?${text}` : ""), method: operation.method.toUpperCase(), headers, body };
}

async function send(form, operation, answer) {
  const button = form.querySelector(".send");
  button.disabled = true;
  const started = performance.now();
  try {
    const { url, method, headers, body } = requestOf(form, operation);
    const response = await fetch(url, { method, headers, body, credentials: "omit", cache: "no-store" });
    const text = await response.text();
    const took = Math.round(performance.now() - started);
    const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    answer.replaceChildren(
      make("h3", {}, statusNode(response.status), `${response.statusText} in ${took} ms`),
      make("pre", { tabindex: "0", "aria-label": "Body of the answer" }, readable(text) || "(empty)"),
      make("details", {}, make("summary", {}, "Headers"), make("pre", { tabindex: "0" }, lines)),
      make("details", {}, make("summary", {}, "The same with curl"),
        make("pre", { tabindex: "0" }, curl({ url, method, headers, body }))));
  } catch (error) {
    answer.replaceChildren(make("p", {}, `The request could not be made: ${error.message}`));
  } finally {
    button.disabled = false;
  }
}

function readable(text) {
  try {
    return pretty(JSON.parse(text));
  } catch {
    return text;
  }
}

/** The command, with the credential left out. */
function curl({ url, method, headers, body }) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -X ${method} ${quote(location.origin + url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (name !== "Authorization") parts.push(`-H ${quote(`${name}: ${value}`)}`);
    else if (value.startsWith("Basic")) parts.push('-u "$LEADLINE_KEY:"');
    else parts.push('-H "Authorization: Bearer $LEADLINE_KEY"');
  }
  if (body !== undefined) parts.push(`-d ${quote(body)}`);
  return parts.join(" \\\n  ");
}

// The start page of a dialect.

const WELCOME = {
  close: "Paths under /api/v1/. Existing Close clients and scripts work when their base URL is this "
    + "server's. The API key is the user name of HTTP Basic, with an empty password.",
  tether: "Paths under /api/. The API key of a user, or the access token of a login, is sent as "
    + "Authorization: Bearer.",
};

function showStart() {
  const { doc, operations } = documents[current.dialect];
  document.title = `${doc.info.title} – Leadline API`;
  byId("main").replaceChildren(
    make("h1", {}, doc.info.title),
    make("p", {}, `Version ${doc.info.version}, ${operations.length} operations. `,
      make("a", { href: `/openapi/${current.dialect}.json` }, "OpenAPI document")),
    make("p", {}, WELCOME[current.dialect]),
    make("p", {}, "Both dialects show the same data: what one writes, the other reads at once."),
    make("h2", {}, "Writing safely"),
    make("p", {}, "Any write takes an ", make("code", {}, "Idempotency-Key"), " header. A repeat with the "
      + "same key and body within 24 hours gets the first answer and changes nothing."),
    make("h2", {}, "When something is wrong"),
    make("p", {}, "Wrong input is answered with a 4xx that names every wrong field at once. Every answer "
      + "carries ", make("code", {}, "X-Request-Id"), ", which the server's log has too."),
    make("h2", {}, "Operations"),
    make("p", {}, "Pick one from the list, or press ", make("code", {}, "/"), " to search."));
}

// Where we are.

function go() {
  const [name, id] = location.hash.slice(1).split("/");
  const dialect = DIALECTS.includes(name) ? name : DIALECTS[0];
  const operation = documents[dialect].operations.find((entry) => entry.operationId === id) ?? null;
  const moved = current.dialect !== null;
  current = { dialect, operation };
  byId("credential-name").textContent = dialect === "close" ? "API key" : "API key or token";
  setListOpen(false);
  showDialects();
  showList();
  if (operation) showOperation();
  else showStart();
  if (moved) {
    window.scrollTo(0, 0);
    byId("main").focus({ preventScroll: true });
  }
}

async function start() {
  try {
    await Promise.all(DIALECTS.map(load));
  } catch (error) {
    byId("main").replaceChildren(make("p", {}, `The documents could not be loaded. ${error.message}`));
    return;
  }
  window.addEventListener("hashchange", go);
  byId("search").addEventListener("input", showList);
  byId("toggle").addEventListener("click", () =>
    setListOpen(!byId("operations").classList.contains("open")));
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();  // the fragment of the address names the operation
    byId("main").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      byId("search").focus();
    }
  });
  go();
}

start();
