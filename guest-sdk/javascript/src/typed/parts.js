// The types that hold others.

import { Fault, within } from "./bytes.js";
import { check, Type, unit } from "./type.js";

/** A value or null; `{ value }` or null where the value could itself be null. */
export function option(inner) {
  const wrapped = inner.nullable;
  return new Type(
    "option",
    (reader) => {
      if (!reader.flag("option")) {
        return null;
      }
      const value = inner.read(reader);
      return wrapped ? { value } : value;
    },
    (value, out) => {
      const none = value === null || value === undefined;
      out.push([none ? 0 : 1]);
      if (!none) {
        check(!wrapped || typeof value === "object", "option");
        inner.write(wrapped ? value.value : value, out);
      }
    },
    { nullable: true },
  );
}

/** An array. */
export function list(element) {
  return new Type(
    "list",
    (reader) => {
      const values = [];
      const count = reader.count("list", element.empty);
      for (let at = 0; at < count; at++) {
        values.push(within(`[${at}]`, () => element.read(reader)));
      }
      return values;
    },
    (values, out) => {
      check(Array.isArray(values), "list");
      out.varint(values.length);
      values.forEach((value, at) => within(`[${at}]`, () => element.write(value, out)));
    },
  );
}

/** An array with one value of each type. */
export function tuple(...parts) {
  return new Type(
    "tuple",
    (reader) => parts.map((part, at) => within(`[${at}]`, () => part.read(reader))),
    (values, out) => {
      check(Array.isArray(values) && values.length === parts.length, `tuple of ${parts.length}`);
      parts.forEach((part, at) => within(`[${at}]`, () => part.write(values[at], out)));
    },
    { empty: parts.every((part) => part.empty) },
  );
}

/** A Map. */
export function map(key, value) {
  return new Type(
    "map",
    (reader) => {
      const entries = new Map();
      const count = reader.count("map", key.empty && value.empty);
      for (let at = 0; at < count; at++) {
        const name = within(`[${at}].key`, () => key.read(reader));
        entries.set(name, within(`[${at}].value`, () => value.read(reader)));
      }
      return entries;
    },
    (entries, out) => {
      check(entries instanceof Map, "map");
      out.varint(entries.size);
      let at = 0;
      for (const [name, entry] of entries) {
        within(`[${at}].key`, () => key.write(name, out));
        within(`[${at}].value`, () => value.write(entry, out));
        at++;
      }
    },
  );
}

/** An object with these fields. */
export function record(name, fields) {
  const members = Object.entries(fields);
  return new Type(
    name,
    (reader) => {
      const value = {};
      for (const [field, type] of members) {
        value[field] = within(`.${field}`, () => type.read(reader));
      }
      return value;
    },
    (value, out) => {
      check(typeof value === "object" && value !== null, name);
      for (const [field, type] of members) {
        within(`.${field}`, () => type.write(value[field], out));
      }
    },
    { empty: members.every(([, type]) => type.empty) },
  );
}

/** One of these cases: `{ tag, value }`. */
export function variant(name, cases) {
  const members = Object.entries(cases);
  return new Type(
    name,
    (reader) => {
      const start = reader.at;
      const number = reader.varint(32, name);
      if (number >= members.length) {
        throw new Fault(`has no case ${number}`, start);
      }
      const [tag, type] = members[number];
      const value = within(`.${tag}`, () => type.read(reader));
      return type === unit ? { tag } : { tag, value };
    },
    (value, out) => {
      const number = members.findIndex(([tag]) => tag === value?.tag);
      check(number >= 0, name);
      out.varint(number);
      const [tag, type] = members[number];
      within(`.${tag}`, () => type.write(value.value, out));
    },
  );
}
