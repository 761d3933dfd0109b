//! Where each instruction came from: the compiler's source map as DWARF, which is what the host reads
//! where a kernel traps.

use crate::component;
use anyhow::{Context, Result, bail};
use gimli::write::{
    Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, LineString, Sections,
};
use gimli::{
    DW_AT_high_pc, DW_AT_low_pc, DW_AT_name, Encoding, Format, LineEncoding, LittleEndian,
};
use serde::Deserialize;
use wasmparser::{Parser, Payload};

/// What is read of a source map.
#[derive(Deserialize)]
struct Map {
    sources: Vec<String>,
    mappings: String,
}

/// From here in the module on, it is this line of this source. All count from 0.
#[derive(Debug, PartialEq, Eq)]
struct Mapping {
    offset: u64,
    source: usize,
    line: u64,
}

/// Appends to a module what its source map says. The kernel's own sources are told with the name of
/// their folder, as in `blur/kernel.as.ts`.
///
/// # Errors
/// If that is no source map of this module.
pub(super) fn embed(module: &mut Vec<u8>, map: &str, folder: &str) -> Result<()> {
    let map: Map = serde_json::from_str(map)?;
    let mappings = mappings(&map.mappings)?;
    let (begin, end) = code(module)?;
    let encoding = Encoding {
        address_size: 4,
        format: Format::Dwarf32,
        version: 4,
    };
    let text = |text: &str| LineString::String(text.as_bytes().to_vec());
    let mut lines = LineProgram::new(
        encoding,
        LineEncoding::default(),
        text(""),
        None,
        text("module.wasm"),
        None,
    );
    let nowhere = lines.default_directory();
    let own = match folder {
        "" => nowhere,
        folder => lines.add_directory(text(folder)),
    };
    let mut files = Vec::new();
    for source in &map.sources {
        if source.is_empty() || source.contains('\0') {
            bail!("{source:?} is no name of a source");
        }
        let folder = if source.starts_with('~') {
            nowhere
        } else {
            own
        };
        files.push(lines.add_file(text(source), folder, None));
    }
    lines.begin_sequence(Some(Address::Constant(0)));
    let mut last = None;
    for Mapping {
        offset,
        source,
        line,
    } in mappings
    {
        let (Some(file), Some(address)) = (files.get(source), offset.checked_sub(begin)) else {
            bail!("it maps what is not there");
        };
        // Several positions of one line are one to whoever reads of it.
        if last == Some((source, line)) {
            continue;
        }
        last = Some((source, line));
        let row = lines.row();
        row.address_offset = address;
        row.file = *file;
        row.line = line + 1;
        lines.generate_row();
    }
    lines.end_sequence(end - begin);
    write(module, encoding, lines, end - begin)
}

fn write(module: &mut Vec<u8>, encoding: Encoding, lines: LineProgram, length: u64) -> Result<()> {
    let mut dwarf = DwarfUnit::new(encoding);
    dwarf.unit.line_program = lines;
    let root = dwarf.unit.root();
    let root = dwarf.unit.get_mut(root);
    root.set(DW_AT_name, AttributeValue::String(b"module.wasm".to_vec()));
    root.set(DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));
    root.set(DW_AT_high_pc, AttributeValue::Udata(length));
    let mut sections = Sections::new(EndianVec::new(LittleEndian));
    dwarf.write(&mut sections)?;
    sections.for_each(|id, content| {
        if !content.slice().is_empty() {
            component::push_custom(module, id.name(), content.slice());
        }
        Ok(())
    })
}

/// Where a module's code begins and ends: its addresses count from there.
fn code(module: &[u8]) -> Result<(u64, u64)> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionStart { range, .. } = payload? {
            return Ok((range.start, range.end));
        }
    }
    bail!("there is no code")
}

/// What a source map's mappings are in numbers, by their offsets. Each is up to five numbers, of which
/// the first four count on from those before: offset, source, line, column.
fn mappings(text: &str) -> Result<Vec<Mapping>> {
    let mut at = [0_i64; 4];
    let mut mappings = Vec::new();
    for mapping in text.split(',').filter(|mapping| !mapping.is_empty()) {
        let numbers = numbers(mapping)?;
        for (at, number) in at.iter_mut().zip(&numbers) {
            *at = at.checked_add(*number).context("a number is too large")?;
        }
        // One number alone says that what follows came from nowhere.
        if numbers.len() >= 4 {
            let [offset, source, line, _] = at;
            mappings.push(Mapping {
                offset: offset.try_into()?,
                source: source.try_into()?,
                line: line.try_into()?,
            });
        }
    }
    mappings.sort_by_key(|mapping| mapping.offset);
    Ok(mappings)
}

/// Numbers in base 64: five bits a digit, the lowest first, and a sixth that says that more follow. The
/// lowest bit of all is the sign.
fn numbers(text: &str) -> Result<Vec<i64>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0_i64, 0);
    for letter in text.bytes() {
        let digit = DIGITS.iter().position(|digit| *digit == letter);
        let digit = digit.context("a mapping holds what is no digit")? as i64;
        if shift > 50 {
            bail!("a number is too large");
        }
        number |= (digit & 31) << shift;
        shift += 5;
        if digit < 32 {
            let size = number >> 1;
            numbers.push(if number & 1 == 0 { size } else { -size });
            (number, shift) = (0, 0);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_count_on_from_those_before() {
        // [5, 0, 1, 2], [3], [100, 1, -1, 0, 0]
        let read = mappings("KACE,G,oGCDAA").unwrap();
        let mapping = |offset, source, line| Mapping {
            offset,
            source,
            line,
        };
        assert_eq!(read, [mapping(5, 0, 1), mapping(108, 1, 0)]);
    }

    #[test]
    fn what_is_no_source_map_is_refused() {
        assert!(mappings("A!").is_err());
        assert!(mappings("AAAD").is_ok());
        assert!(mappings("AADA").is_err(), "a line before the first");
        assert!(
            mappings("gggggggggggggggggA").is_err(),
            "a number without end"
        );
        let mut module = wat::parse_str("(module (func))").unwrap();
        let map = |mappings: &str| format!(r#"{{"sources":["a.ts"],"mappings":"{mappings}"}}"#);
        assert!(
            embed(&mut module, &map("AAAA"), "a").is_err(),
            "before the code"
        );
        assert!(
            embed(&mut module, &map("+DCAA"), "a").is_err(),
            "no such source"
        );
        assert!(embed(&mut module, "{}", "a").is_err());
        let mut module = wat::parse_str("(module)").unwrap();
        assert!(embed(&mut module, &map(""), "a").is_err(), "no code");
    }
}
