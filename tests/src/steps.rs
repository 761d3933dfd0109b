//! Kernels that do one thing after another and log what came of each.

use crate::{component_from_core, core_kernel};

/// Memory that no text of the steps and nothing that is handed to the kernel takes: 256 bytes from
/// here on.
pub const SCRATCH: u32 = 512;

/// A kernel in the making. It logs a line for each step that is to be looked at: the step's name and
/// a number.
#[derive(Default)]
pub struct Steps {
    texts: String,
    body: String,
    end: u32,
}

/// Where texts begin.
const TEXTS: u32 = 1024;

/// `$log` logs a text.
const IMPORT: &str = r#"(import "ring:kernel/log@0.1.0" "log" (func $log (param i32 i32 i32)))"#;

/// `$say` logs a text and a number.
const SAY: &str = r#"
    (func $say (param $name i32) (param $length i32) (param $value i64) (local $at i32)
        (memory.copy (i32.const 16) (local.get $name) (local.get $length))
        (i32.store8 (i32.add (i32.const 16) (local.get $length)) (i32.const 0x20))
        (local.set $at (i32.const 256))
        (loop $more
            (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (i32.store8 (local.get $at) (i32.wrap_i64
                (i64.add (i64.const 0x30) (i64.rem_u (local.get $value) (i64.const 10)))))
            (local.set $value (i64.div_u (local.get $value) (i64.const 10)))
            (br_if $more (i64.ne (local.get $value) (i64.const 0))))
        (memory.copy (i32.add (i32.const 17) (local.get $length)) (local.get $at)
            (i32.sub (i32.const 256) (local.get $at)))
        (call $log (i32.const 2) (i32.const 16) (i32.sub
            (i32.add (i32.const 257) (local.get $length)) (local.get $at))))"#;

impl Steps {
    /// Adds code.
    pub fn then(&mut self, code: &str) -> &mut Self {
        self.body += code;
        self.body += "\n";
        self
    }

    /// Logs this name and the 32-bit number that the code leaves.
    pub fn log(&mut self, name: &str, code: &str) -> &mut Self {
        self.log_long(name, &format!("(i64.extend_i32_u {code})"))
    }

    /// The same for a number of 64 bits.
    pub fn log_long(&mut self, name: &str, code: &str) -> &mut Self {
        let name = self.text(name);
        self.then(&format!("(call $say {name} {code})"))
    }

    /// Puts a text into the kernel's memory; as code for its address and its length.
    ///
    /// # Panics
    /// If there is no more room for texts.
    pub fn text(&mut self, text: &str) -> String {
        let at = TEXTS + self.end;
        let bytes: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        self.texts += &format!("(data (i32.const {at}) \"{bytes}\")\n");
        self.end += text.len() as u32;
        assert!(TEXTS + self.end <= 4096, "the texts do not fit");
        format!("(i32.const {at}) (i32.const {})", text.len())
    }

    /// The kernel, with these fields, which begin with imports. It returns after the last step.
    pub fn component(&self, fields: &str) -> Vec<u8> {
        let fields = format!("{IMPORT} {fields} {SAY} {}", self.texts);
        let run = format!("{} (i32.const 0)", self.body);
        component_from_core(&core_kernel(16, &fields, &run))
    }
}
