//! Attacks by the component's bytes: on the parser, the compiler and the linker.

use crate::Promise::{Contained, Refused};
use crate::text::{around, bare, component, kernel};
use crate::{Attack, Promise};

const RETURNS: &str =
    r#"(memory (export "memory") 1) (func (export "run") (result i32) (i32.const 0))"#;

const SPINS: &str = r#"(memory (export "memory") 1)
    (func (export "run") (result i32) (loop $again (br $again)) unreachable)"#;

/// The header of a component.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// A component with a custom section of this name and content put in front.
pub(super) fn with_section(component: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    bytes.push(0);
    let mut body = Vec::new();
    write_length(&mut body, name.len());
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    write_length(&mut bytes, body.len());
    bytes.append(&mut body);
    bytes.extend_from_slice(component.strip_prefix(HEADER).unwrap_or_default());
    bytes
}

/// Writes a number as WebAssembly does, seven bits a byte.
fn write_length(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

pub(super) fn attacks() -> Vec<Attack> {
    let spinner = around("", SPINS);
    let many_imports: String = (0..10_000)
        .map(|number| format!("(import \"i{number}\" (func))"))
        .collect();
    let nested = |depth: usize| format!("{}{}", "(component ".repeat(depth), ")".repeat(depth));
    let deep_type: String = (1..1000)
        .map(|depth| format!("(type $t{depth} (list $t{}))", depth - 1))
        .collect();
    let wide_type: String = (1..40)
        .map(|depth| format!("(type $t{depth} (tuple $t{0} $t{0}))", depth - 1))
        .collect();
    let instances = "(core instance (instantiate $small))".repeat(1000);
    let blocks = format!("{}{}", "(block ".repeat(20_000), ")".repeat(20_000));
    let functions = "(func (param i32) (result i32)
        (i32.mul (local.get 0) (i32.add (local.get 0) (i32.const 7))))"
        .repeat(20_000);
    vec![
        attack(
            "60 MB of nothing",
            "carries a custom section of 60 MB, and spins",
            Contained,
            with_section(&spinner, "nothing", &vec![0; 60_000_000]),
        ),
        attack(
            "a section that never ends",
            "announces a section of 4 GiB",
            Refused("invalid or damaged"),
            [HEADER, b"\0\xff\xff\xff\xff\x0f\x01x"].concat(),
        ),
        attack(
            "a length that never ends",
            "has a length of more bytes than a number has",
            Refused("invalid or damaged"),
            [HEADER, b"\0\xff\xff\xff\xff\xff\xff\xff\xff"].concat(),
        ),
        attack(
            "cut off in a length",
            "ends in the midst of a length",
            Refused("invalid or damaged"),
            [HEADER, b"\x01\x80"].concat(),
        ),
        attack(
            "an unknown section",
            "has a section of the 99th kind",
            Refused("invalid or damaged"),
            [HEADER, b"\x63\x01\0"].concat(),
        ),
        attack(
            "10 000 imports",
            "imports ten thousand functions that nobody has",
            Refused("imports what no host of kernels has"),
            around(&many_imports, RETURNS),
        ),
        attack(
            "a name of 90 000 letters",
            "imports a function of a name of 90 000 letters",
            Refused("imports what no host of kernels has"),
            around(
                &format!("(import \"{}\" (func))", "x".repeat(90_000)),
                RETURNS,
            ),
        ),
        attack(
            "an import of another version",
            "imports the log of version 0.9.0",
            Refused("made for a newer contract (ring:kernel/log@0.9.0)"),
            around("(import \"ring:kernel/log@0.9.0\" (instance))", RETURNS),
        ),
        attack(
            "an import like itself",
            "imports the run that it exports",
            Refused("imports what no host of kernels has"),
            around(
                "(import \"run\" (func (result (result (error string)))))",
                RETURNS,
            ),
        ),
        attack(
            "a log of another type",
            "imports the log as a function of a list of 4-byte numbers",
            Refused("does not fit this host"),
            around(
                "(import \"ring:kernel/log@0.1.0\" (instance
                    (export \"log\" (func (param \"level\" u32) (param \"text\" (list u32))))))",
                RETURNS,
            ),
        ),
        attack(
            "components within components",
            "nests components 20 000 deep, which would take the engine gigabytes",
            Refused("nests components more than 100 deep"),
            nest(20_000),
        ),
        attack(
            "components within a kernel",
            "nests empty components 90 deep beside its kernel, and spins",
            Contained,
            around(&nested(90), SPINS),
        ),
        attack(
            "a deep type",
            "declares lists of lists, a thousand deep, for a function that it imports",
            Refused("invalid or damaged"),
            around(
                &format!(
                    "(type $t0 (list u8)) {deep_type} (import \"f\" (func (param \"x\" $t999)))"
                ),
                RETURNS,
            ),
        ),
        attack(
            "a wide type",
            "declares pairs of pairs, 2^40 bytes in all, for a function that it imports",
            Refused("invalid or damaged"),
            around(
                &format!(
                    "(type $t0 (tuple u8 u8)) {wide_type} (import \"f\" (func (param \"x\" $t39)))"
                ),
                RETURNS,
            ),
        ),
        attack(
            "a thousand instances",
            "instantiates a module a thousand times",
            Refused("instance"),
            around(&format!("(core module $small) {instances}"), RETURNS),
        ),
        attack(
            "blocks within blocks",
            "nests blocks 20 000 deep in a function, and spins",
            Contained,
            bare(
                &format!("(func {blocks})"),
                "(loop $again (br $again)) unreachable",
            ),
        ),
        attack(
            "20 000 functions",
            "has as many functions, and spins",
            Contained,
            bare(&functions, "(loop $again (br $again)) unreachable"),
        ),
        attack(
            "50 001 variables",
            "has a function of more local variables than may be",
            Refused("invalid or damaged"),
            bare(
                &format!("(func (local{}))", " i32".repeat(50_001)),
                "(i32.const 0)",
            ),
        ),
        attack(
            "64-bit memory",
            "has a memory of 64-bit addresses, which is switched off",
            Refused("invalid or damaged"),
            bare("(memory i64 1)", "(i32.const 0)"),
        ),
        attack(
            "shared memory",
            "has a memory for threads, which are switched off",
            Refused("invalid or damaged"),
            bare("(memory 1 1 shared)", "(i32.const 0)"),
        ),
        attack(
            "garbage collection",
            "allocates structures for a garbage collector, which there is not",
            Refused("invalid or damaged"),
            bare(
                "(type $s (struct (field i64)))",
                "(drop (struct.new_default $s)) (i32.const 0)",
            ),
        ),
        attack(
            "an asynchronous run",
            "exports a run that uses the component model's asynchrony, which is switched off",
            Refused("invalid or damaged"),
            component(
                r#"(component
                    (core module $module
                        (memory (export "memory") 1)
                        (func (export "run") (result i32) (i32.const 0))
                        (func (export "back") (param i32 i32 i32) (result i32) (i32.const 0)))
                    (core instance $kernel (instantiate $module))
                    (func (export "run") async (result (result (error string)))
                        (canon lift (core func $kernel "run") async
                            (memory (core memory $kernel "memory"))
                            (callback (core func $kernel "back")))))"#,
            ),
        ),
        attack(
            "code that was changed",
            "is a sound kernel of which each tenth byte of the code was changed",
            Refused("invalid or damaged"),
            kernel("", "(i32.const 0)")
                .into_iter()
                .enumerate()
                .map(|(at, byte)| if at > 64 && at % 10 == 0 { !byte } else { byte })
                .collect(),
        ),
    ]
}

/// Components within components, so deep that no text could be read back.
fn nest(depth: usize) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    for _ in 0..depth {
        let inner = std::mem::replace(&mut bytes, HEADER.to_vec());
        bytes.push(4);
        write_length(&mut bytes, inner.len());
        bytes.extend(inner);
    }
    bytes
}

fn attack(
    name: &'static str,
    description: &'static str,
    promise: Promise,
    component: Vec<u8>,
) -> Attack {
    Attack::new("binary", name, description, promise, component)
}
