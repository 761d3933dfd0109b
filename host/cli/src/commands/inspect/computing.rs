//! The compute functions of a component, and what can run each of them.

use ringhost::{DeviceInfo, DeviceKind};
use ringhost_compute::{Devices, Element, Parameter, Program, Role, ValueKind};
use ringhost_ptx::{Options, translate};
use serde::Serialize;

/// So many functions are translated for a GPU, the first ones: each takes up to a tenth of a second, and a
/// component can mark a thousand.
const TRANSLATED: usize = 64;

/// What a component marks for data-parallel work.
#[derive(Serialize)]
pub struct Computing {
    functions: Vec<Function>,
    /// Why its functions cannot be taken out of it.
    fault: Option<String>,
    /// What this host computes on, the best first.
    devices: Vec<Device>,
}

#[derive(Serialize)]
struct Device {
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
struct Function {
    name: String,
    /// What it takes behind the item.
    parameters: Vec<Shown>,
    /// The fuel of an item, where the author says it.
    fuel: Option<u64>,
    cpu: Backend,
    cuda: Backend,
}

/// Whether a backend can run a function, on a host that has it.
#[derive(Serialize)]
struct Backend {
    /// Not known where that was not tried.
    runs: Option<bool>,
    /// Why not.
    reason: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    name: Option<String>,
    kind: &'static str,
    role: &'static str,
    element: Option<&'static str>,
}

impl Computing {
    /// Of a component, on a host with these devices.
    pub fn of(component: &[u8], devices: Vec<DeviceInfo>) -> Self {
        let (functions, fault) = match Program::of_component(component) {
            Ok(None) => (Vec::new(), None),
            Ok(Some(program)) => (functions(&program), None),
            Err(fault) => (Vec::new(), Some(fault.to_string())),
        };
        let devices = devices.into_iter().map(|device| Device {
            kind: match device.kind {
                DeviceKind::Cpu => "cpu",
                DeviceKind::Cuda => "cuda",
            },
            name: device.name,
        });
        Self {
            functions,
            fault,
            devices: devices.collect(),
        }
    }

    /// Why a kernel of this component cannot compute.
    pub fn fault(&self) -> Option<String> {
        let fault = self.fault.as_ref()?;
        Some(format!("its compute functions cannot be used: {fault}"))
    }

    /// A line for each function.
    pub fn lines(&self) -> Vec<String> {
        if let Some(fault) = &self.fault {
            return vec![format!("none that can be used: {fault}")];
        }
        self.functions.iter().map(Function::line).collect()
    }

    /// A line for each device of this host, and which kinds it has not; none where nothing computes.
    pub fn device_lines(&self) -> Vec<String> {
        if self.functions.is_empty() {
            return Vec::new();
        }
        let has = self.devices.iter();
        let has = has.map(|Device { kind, name }| format!("{kind}: {name}"));
        let missing = ["cpu", "cuda"]
            .into_iter()
            .filter(|&kind| self.devices.iter().all(|device| device.kind != kind))
            .map(|kind| format!("{kind}: none here"));
        has.chain(missing).collect()
    }
}

fn functions(program: &Program) -> Vec<Function> {
    let cpu = Devices::cpu(1).space(Some(DeviceKind::Cpu), program, 0);
    let cpu = cpu.err().map(|fault| fault.to_string());
    let functions = program.functions().iter().enumerate();
    let functions = functions.map(|(number, function)| Function {
        name: function.name.clone(),
        parameters: function.parameters.iter().map(Shown::of).collect(),
        fuel: function.fuel,
        cpu: Backend::refusing(cpu.clone()),
        cuda: if number < TRANSLATED {
            let export = format!("compute:{}", function.name);
            let refused = translate(program.module(), &export, &Options::default()).err();
            Backend::refusing(refused.map(|refused| refused.to_string()))
        } else {
            Backend {
                runs: None,
                reason: Some(format!("only {TRANSLATED} functions are tried")),
            }
        },
    });
    functions.collect()
}

impl Backend {
    fn refusing(reason: Option<String>) -> Self {
        Self {
            runs: Some(reason.is_none()),
            reason,
        }
    }

    /// What there is to say of it.
    fn words(&self, kind: &str) -> String {
        let answer = match self.runs {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not known",
        };
        match &self.reason {
            Some(reason) => format!("{kind}: {answer}, {reason}"),
            None => format!("{kind}: {answer}"),
        }
    }
}

impl Function {
    fn line(&self) -> String {
        let parameters: Vec<_> = self.parameters.iter().map(Shown::words).collect();
        let fuel = self.fuel.map(|fuel| format!(", fuel {fuel}"));
        format!(
            "{}({}){}; {}; {}",
            self.name,
            parameters.join(", "),
            fuel.unwrap_or_default(),
            self.cpu.words("cpu"),
            self.cuda.words("cuda"),
        )
    }
}

impl Shown {
    fn of(parameter: &Parameter) -> Self {
        Self {
            name: parameter.name.clone(),
            kind: match parameter.kind {
                ValueKind::I32 => "i32",
                ValueKind::I64 => "i64",
                ValueKind::F32 => "f32",
                ValueKind::F64 => "f64",
            },
            role: match parameter.role {
                Role::Value => "value",
                Role::In => "in",
                Role::Out => "out",
                Role::InOut => "inout",
            },
            element: parameter.element.map(element),
        }
    }

    /// As in `x: in f32`.
    fn words(&self) -> String {
        let name = self.name.iter().map(|name| format!("{name}: "));
        let role = (self.role != "value").then(|| format!("{} ", self.role));
        let kind = self.element.unwrap_or(match self.role {
            "value" => self.kind,
            _ => "bytes",
        });
        name.chain(role).chain([kind.to_owned()]).collect()
    }
}

fn element(element: Element) -> &'static str {
    match element {
        Element::I8 => "i8",
        Element::U8 => "u8",
        Element::I16 => "i16",
        Element::U16 => "u16",
        Element::I32 => "i32",
        Element::U32 => "u32",
        Element::I64 => "i64",
        Element::U64 => "u64",
        Element::F32 => "f32",
        Element::F64 => "f64",
    }
}
