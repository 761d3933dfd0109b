//! From text to instructions.

use std::collections::HashMap;

use crate::arithmetic::Type;

/// What an instruction is given.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// The register of this number.
    Register(usize),
    /// These bits.
    Immediate(u64),
    /// The address in a register, with an offset.
    Address(usize, i64),
    /// A parameter of the kernel, or a label that is resolved, by name.
    Name(String),
    /// Two registers, the low half first.
    Pair(usize, usize),
    /// The registers of a vector of four.
    Four([usize; 4]),
}

/// An instruction.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// Runs only where this predicate holds, or does not.
    pub guard: Option<(usize, bool)>,
    /// The name and what is behind its dots.
    pub name: Vec<String>,
    /// Those of the name's parts that are types.
    pub types: Vec<Type>,
    /// What it takes, behind what it writes.
    pub operands: Vec<Operand>,
    /// Where it jumps to.
    pub targets: Vec<usize>,
    /// The line itself.
    pub text: String,
}

/// A kernel.
#[derive(Debug, Clone, Default)]
pub struct Kernel {
    /// The name.
    pub name: String,
    /// The name and type of each parameter.
    pub parameters: Vec<(String, String)>,
    /// What it does, in order.
    pub instructions: Vec<Instruction>,
    /// The numbers of registers by their names.
    pub registers: HashMap<String, usize>,
    /// Where each label is.
    pub labels: HashMap<String, usize>,
}

const SPECIAL: [&str; 4] = ["%tid.x", "%ntid.x", "%ctaid.x", "%nctaid.x"];

impl Kernel {
    /// Reads the one kernel in the text.
    pub fn parse(text: &str) -> Self {
        let mut kernel = Self::default();
        for name in SPECIAL {
            let number = kernel.registers.len();
            kernel.registers.insert(name.into(), number);
        }
        let (head, body) = text.split_once('{').expect("a body");
        let (start, parameters) = head.split_once('(').expect("parameters");
        let name = start.split_whitespace().next_back().expect("a name");
        kernel.name = name.to_owned();
        let (parameters, _) = parameters
            .split_once(')')
            .expect("an end of the parameters");
        for parameter in parameters.split(',') {
            let words: Vec<&str> = parameter.split_whitespace().collect();
            let [".param", ty, name] = words[..] else {
                panic!("no parameter: {parameter}")
            };
            kernel
                .parameters
                .push((name.into(), ty.trim_start_matches('.').into()));
        }
        let (body, rest) = body.rsplit_once('}').expect("an end of the body");
        assert!(rest.trim().is_empty(), "{rest}");
        kernel.body(body);
        kernel
    }

    fn body(&mut self, body: &str) {
        let mut labels: HashMap<String, usize> = HashMap::new();
        let mut tables: HashMap<String, Vec<String>> = HashMap::new();
        for line in body.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(registers) = line.strip_prefix(".reg ") {
                self.declare(registers.trim_end_matches(';'));
            } else if line.starts_with(".pragma ") {
                // Advice to the assembler.
            } else if let Some((label, targets)) = line.split_once(": .branchtargets ") {
                let targets = targets.trim_end_matches(';').split(", ");
                tables.insert(label.into(), targets.map(str::to_owned).collect());
            } else if let Some(label) = line.strip_suffix(':') {
                let old = labels.insert(label.into(), self.instructions.len());
                assert_eq!(old, None, "label {label} is there twice");
            } else {
                let line = line
                    .strip_suffix(';')
                    .unwrap_or_else(|| panic!("no end: {line}"));
                let instruction = self.instruction(line);
                self.instructions.push(instruction);
            }
        }
        let place = |label: &String| *labels.get(label).unwrap_or_else(|| panic!("no {label}"));
        for instruction in &mut self.instructions {
            let label = match instruction.operands.last() {
                Some(Operand::Name(label)) => label.clone(),
                _ => continue,
            };
            match instruction.name[0].as_str() {
                "bra" => instruction.targets = vec![place(&label)],
                "brx" => instruction.targets = tables[&label].iter().map(place).collect(),
                _ => {}
            }
        }
        self.labels = labels;
    }

    fn declare(&mut self, registers: &str) {
        let (_, names) = registers.split_once('%').expect("a name");
        for name in format!("%{names}").split(", ") {
            if let Some((name, count)) = name.split_once('<') {
                let count: usize = count.trim_end_matches('>').parse().expect("a count");
                for number in 0..count {
                    self.register(format!("{name}{number}"));
                }
            } else {
                self.register(name.to_owned());
            }
        }
    }

    fn register(&mut self, name: String) {
        let number = self.registers.len();
        let old = self.registers.insert(name.clone(), number);
        assert_eq!(old, None, "register {name} is declared twice");
    }

    fn instruction(&self, line: &str) -> Instruction {
        let text = line.to_owned();
        let mut line = line;
        let mut guard = None;
        if let Some(rest) = line.strip_prefix('@') {
            let (predicate, rest) = rest.split_once(' ').expect("an instruction");
            let name = predicate.trim_start_matches('!');
            guard = Some((self.number(name), !predicate.starts_with('!')));
            line = rest;
        }
        let (name, operands) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let operands = split(operands.trim())
            .into_iter()
            .map(|text| self.operand(text))
            .collect();
        let name: Vec<String> = name.split('.').map(str::to_owned).collect();
        let types = name.iter().filter_map(|part| Type::parse(part)).collect();
        Instruction {
            guard,
            name,
            types,
            operands,
            targets: Vec::new(),
            text,
        }
    }

    /// The number of a register.
    pub fn number(&self, name: &str) -> usize {
        *self
            .registers
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not declared"))
    }

    fn operand(&self, text: &str) -> Operand {
        if text.starts_with('%') {
            return Operand::Register(self.number(text));
        }
        if let Some(inside) = text.strip_prefix('[') {
            let inside = inside.trim_end_matches(']');
            if !inside.starts_with('%') {
                return Operand::Name(inside.into());
            }
            let (register, offset) = inside.split_once('+').unwrap_or((inside, "0"));
            return Operand::Address(self.number(register), offset.parse().expect("an offset"));
        }
        if let Some(inside) = text.strip_prefix('{') {
            let inside = inside.trim_end_matches('}').split(", ");
            let numbers: Vec<usize> = inside.map(|name| self.number(name)).collect();
            return match numbers[..] {
                [low, high] => Operand::Pair(low, high),
                [a, b, c, d] => Operand::Four([a, b, c, d]),
                _ => panic!("neither two nor four: {text}"),
            };
        }
        if let Some(bits) = text.strip_prefix("0f").or(text.strip_prefix("0d")) {
            return Operand::Immediate(u64::from_str_radix(bits, 16).expect("a float"));
        }
        if let Some(bits) = text.strip_prefix("0x") {
            return Operand::Immediate(u64::from_str_radix(bits, 16).expect("a number"));
        }
        match text.parse::<i64>() {
            Ok(number) => Operand::Immediate(number as u64),
            Err(_) => Operand::Name(text.into()),
        }
    }
}

/// Splits at commas, save within braces.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
