//! The names of operators in the text format.

use wasmparser::Operator;

macro_rules! names {
    ($(@$proposal:ident $op:ident $({ $($field:ident: $type:ty),* })? => $visit:ident ($($rest:tt)*))*) => {
        fn visitor(operator: &Operator<'_>) -> &'static str {
            match operator {
                $(Operator::$op { .. } => stringify!($visit),)*
                _ => "visit_an operator of another proposal",
            }
        }
    };
}
wasmparser::for_each_operator!(names);

/// What comes before the dot.
const SPACES: [&str; 19] = [
    "i32_atomic",
    "i64_atomic",
    "memory_atomic",
    "atomic",
    "i8x16",
    "i16x8",
    "i32x4",
    "i64x2",
    "f32x4",
    "f64x2",
    "v128",
    "i32",
    "i64",
    "f32",
    "f64",
    "memory",
    "table",
    "ref",
    "data",
];

/// The name of an operator.
pub fn of(operator: &Operator<'_>) -> String {
    let name = visitor(operator).trim_start_matches("visit_");
    for space in SPACES {
        if let Some(rest) = name
            .strip_prefix(space)
            .and_then(|rest| rest.strip_prefix('_'))
        {
            let rest = rest
                .replacen("rmw8_", "rmw8.", 1)
                .replacen("rmw16_", "rmw16.", 1);
            let rest = rest
                .replacen("rmw32_", "rmw32.", 1)
                .replacen("rmw_", "rmw.", 1);
            return format!("{}.{rest}", space.replace('_', "."));
        }
    }
    for space in ["local", "global", "elem"] {
        if let Some(rest) = name
            .strip_prefix(space)
            .and_then(|rest| rest.strip_prefix('_'))
        {
            return format!("{space}.{rest}");
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_text_format() {
        let memarg = wasmparser::MemArg {
            align: 0,
            max_align: 0,
            offset: 0,
            memory: 0,
        };
        assert_eq!(of(&Operator::I32TruncSatF32S), "i32.trunc_sat_f32_s");
        assert_eq!(
            of(&Operator::CallIndirect {
                type_index: 0,
                table_index: 0
            }),
            "call_indirect"
        );
        assert_eq!(
            of(&Operator::I32AtomicRmw8AddU { memarg }),
            "i32.atomic.rmw8.add_u"
        );
        assert_eq!(of(&Operator::I8x16Swizzle), "i8x16.swizzle");
    }
}
