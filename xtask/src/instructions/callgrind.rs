//! Reading what callgrind wrote: instructions, by whose code they are.

use std::collections::{BTreeMap, HashMap};

/// Instructions by owner.
pub type Owners = BTreeMap<String, u64>;

/// What is told apart in the program itself, by what the names of functions contain first.
const CRATES: [&str; 3] = ["wasmtime", "tokio", "ringhost"];

/// Adds up what each function itself burnt, without those that it called.
///
/// The format is a sequence of lines: `ob=(ID) FILE` and `fn=(ID) NAME` say whose costs follow, with
/// the name where the ID is new; a line of two numbers is a place and a cost; and the one after
/// `calls=` is of the function that was called, whose own costs stand elsewhere.
pub fn owners(profile: &str) -> Owners {
    let mut names = [HashMap::new(), HashMap::new()];
    let [objects, functions] = &mut names;
    let (mut object, mut function) = (String::new(), String::new());
    let mut owners = Owners::new();
    let mut is_callees = false;
    for line in profile.lines() {
        match line.split_once('=') {
            Some(("ob", name)) => object = resolve(objects, name),
            Some(("cob", name)) => drop(resolve(objects, name)),
            Some(("fn", name)) => function = resolve(functions, name),
            Some(("cfn", name)) => drop(resolve(functions, name)),
            Some(("calls", _)) => is_callees = true,
            Some(_) => {}
            None => {
                if let Some(cost) = cost(line)
                    && !std::mem::take(&mut is_callees)
                {
                    *owners
                        .entry(owner(&object, &function).to_owned())
                        .or_default() += cost;
                }
            }
        }
    }
    owners
}

/// The name in `(ID) NAME`, or the one that came with the ID before.
fn resolve<'profile>(
    known: &mut HashMap<&'profile str, &'profile str>,
    text: &'profile str,
) -> String {
    let (id, name) = text.split_once(')').unwrap_or((text, ""));
    match name.trim() {
        "" => known.get(id).copied().unwrap_or_default().to_owned(),
        name => {
            known.insert(id, name);
            name.to_owned()
        }
    }
}

/// The cost in a line `PLACE COST`, where the place is a number, relative or the same as before.
fn cost(line: &str) -> Option<u64> {
    let (place, cost) = line.split_once(' ')?;
    let is_place = place.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first));
    cost.parse().ok().filter(|_| is_place)
}

fn owner(object: &str, function: &str) -> &'static str {
    if object.is_empty() || object == "???" {
        // It has no names: wasmtime's compiler made it.
        return "compiled";
    }
    if object.contains("libc.so") || object.contains("ld-linux") {
        let copies = ["mem", "bcmp"].iter().any(|name| function.contains(name));
        let allocates = ["alloc", "free", "_int_", "chunk"];
        return match function {
            function if allocates.iter().any(|name| function.contains(name)) => "allocator",
            _ if copies => "copies",
            _ => "other",
        };
    }
    let crates = CRATES.iter();
    let first = crates
        .filter_map(|name| Some((function.find(name)?, *name)))
        .min();
    first.map_or("other", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "\
# callgrind format
cmd:  count round-trip 2000
positions: line
events: Ir
summary: 100

ob=(1) ???
fl=(1) ???
fn=(1) 0x0000000004d87208
0 10
cob=(2) /target/count
cfn=(2) <wasmtime::Store<ringhost::Host>>::call
calls=1 0
0 90

ob=(2)
fn=(2)
7 20
+3 5
fn=(3) core::drop<tokio::Task>
* 30
ob=(3) /lib/libc.so.6
fn=(4) _int_malloc
-2 15
fn=(5) __memcpy_avx_unaligned
9 12
fn=(6) epoll_wait
9 8
";

    #[test]
    fn each_function_s_own_cost_goes_to_whose_it_is() {
        let expected = [
            ("allocator", 15),
            ("compiled", 10),
            ("copies", 12),
            ("other", 8),
            ("tokio", 30),
            ("wasmtime", 25),
        ];
        let expected = expected.map(|(owner, cost)| (owner.to_owned(), cost));
        assert_eq!(owners(PROFILE), Owners::from(expected));
    }
}
