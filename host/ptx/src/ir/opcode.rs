//! The operations without effects, each of which is one instruction of PTX.

use super::Type;

macro_rules! opcodes {
    ($($name:ident $text:literal $type:ident;)*) => {
        /// An operation without effects. Operands are in PTX's order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Opcode { $($name,)* }

        impl Opcode {
            /// The instruction of PTX.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The type of what comes out.
            pub fn result(self) -> Type {
                match self { $(Self::$name => Type::$type,)* }
            }
        }
    };
}

opcodes! {
    Add32 "add.s32" I32; Sub32 "sub.s32" I32; Mul32 "mul.lo.s32" I32;
    DivS32 "div.s32" I32; DivU32 "div.u32" I32; RemS32 "rem.s32" I32; RemU32 "rem.u32" I32;
    And32 "and.b32" I32; Or32 "or.b32" I32; Xor32 "xor.b32" I32; Not32 "not.b32" I32;
    Shl32 "shl.b32" I32; ShrS32 "shr.s32" I32; ShrU32 "shr.u32" I32;
    // A rotation has its first operand twice.
    Rotl32 "shf.l.wrap.b32" I32; Rotr32 "shf.r.wrap.b32" I32;
    Clz32 "clz.b32" I32; Brev32 "brev.b32" I32; Popc32 "popc.b32" I32; Neg32 "neg.s32" I32;
    MinS32 "min.s32" I32; MinU32 "min.u32" I32; MaxS32 "max.s32" I32; MaxU32 "max.u32" I32;
    // The value, the lowest bit, how many bits.
    ExtractS32 "bfe.s32" I32; ExtractU32 "bfe.u32" I32;
    // What is put in, what it is put into, the lowest bit, how many bits.
    Insert32 "bfi.b32" I32;

    Add64 "add.s64" I64; Sub64 "sub.s64" I64; Mul64 "mul.lo.s64" I64;
    DivS64 "div.s64" I64; DivU64 "div.u64" I64; RemS64 "rem.s64" I64; RemU64 "rem.u64" I64;
    And64 "and.b64" I64; Or64 "or.b64" I64; Xor64 "xor.b64" I64;
    Shl64 "shl.b64" I64; ShrS64 "shr.s64" I64; ShrU64 "shr.u64" I64;
    Clz64 "clz.b64" I32; Brev64 "brev.b64" I64; Popc64 "popc.b64" I32; Neg64 "neg.s64" I64;

    Eq32 "setp.eq.s32" Bool; Ne32 "setp.ne.s32" Bool;
    LtS32 "setp.lt.s32" Bool; LtU32 "setp.lt.u32" Bool;
    GtS32 "setp.gt.s32" Bool; GtU32 "setp.gt.u32" Bool;
    LeS32 "setp.le.s32" Bool; LeU32 "setp.le.u32" Bool;
    GeS32 "setp.ge.s32" Bool; GeU32 "setp.ge.u32" Bool;
    Eq64 "setp.eq.s64" Bool; Ne64 "setp.ne.s64" Bool;
    LtS64 "setp.lt.s64" Bool; LtU64 "setp.lt.u64" Bool;
    GtS64 "setp.gt.s64" Bool; GtU64 "setp.gt.u64" Bool;
    LeS64 "setp.le.s64" Bool; LeU64 "setp.le.u64" Bool;
    GeS64 "setp.ge.s64" Bool; GeU64 "setp.ge.u64" Bool;
    EqF32 "setp.eq.f32" Bool; NeF32 "setp.neu.f32" Bool; LtF32 "setp.lt.f32" Bool;
    GtF32 "setp.gt.f32" Bool; LeF32 "setp.le.f32" Bool; GeF32 "setp.ge.f32" Bool;
    NanF32 "setp.nan.f32" Bool;
    EqF64 "setp.eq.f64" Bool; NeF64 "setp.neu.f64" Bool; LtF64 "setp.lt.f64" Bool;
    GtF64 "setp.gt.f64" Bool; LeF64 "setp.le.f64" Bool; GeF64 "setp.ge.f64" Bool;
    NanF64 "setp.nan.f64" Bool;
    AndBool "and.pred" Bool; OrBool "or.pred" Bool; NotBool "not.pred" Bool;

    // The value where the condition holds, the other, the condition. `Number` of a condition is a
    // choice between the constants 1 and 0.
    Select32 "selp.b32" I32; Select64 "selp.b64" I64;
    SelectF32 "selp.f32" F32; SelectF64 "selp.f64" F64; Number "selp.u32" I32;

    // `.rn` keeps ptxas from making one instruction, which rounds once, of a product and a sum.
    AddF32 "add.rn.f32" F32; SubF32 "sub.rn.f32" F32; MulF32 "mul.rn.f32" F32;
    DivF32 "div.rn.f32" F32; SqrtF32 "sqrt.rn.f32" F32;
    MinF32 "min.NaN.f32" F32; MaxF32 "max.NaN.f32" F32;
    CeilF32 "cvt.rpi.f32.f32" F32; FloorF32 "cvt.rmi.f32.f32" F32;
    TruncF32 "cvt.rzi.f32.f32" F32; NearestF32 "cvt.rni.f32.f32" F32;
    AddF64 "add.rn.f64" F64; SubF64 "sub.rn.f64" F64; MulF64 "mul.rn.f64" F64;
    DivF64 "div.rn.f64" F64; SqrtF64 "sqrt.rn.f64" F64;
    // These ignore a NaN where only one operand is one.
    MinNumberF64 "min.f64" F64; MaxNumberF64 "max.f64" F64;
    CeilF64 "cvt.rpi.f64.f64" F64; FloorF64 "cvt.rmi.f64.f64" F64;
    TruncF64 "cvt.rzi.f64.f64" F64; NearestF64 "cvt.rni.f64.f64" F64;

    Wrap64 "cvt.u32.u64" I32; ExtendS64 "cvt.s64.s32" I64; ExtendU64 "cvt.u64.u32" I64;
    Sign8To32 "cvt.s32.s8" I32; Sign16To32 "cvt.s32.s16" I32;
    Sign8To64 "cvt.s64.s8" I64; Sign16To64 "cvt.s64.s16" I64;
    // The low half, the high half.
    Join64 "mov.b64" I64;
    F32FromS32 "cvt.rn.f32.s32" F32; F32FromU32 "cvt.rn.f32.u32" F32;
    F32FromS64 "cvt.rn.f32.s64" F32; F32FromU64 "cvt.rn.f32.u64" F32;
    F64FromS32 "cvt.rn.f64.s32" F64; F64FromU32 "cvt.rn.f64.u32" F64;
    F64FromS64 "cvt.rn.f64.s64" F64; F64FromU64 "cvt.rn.f64.u64" F64;
    Demote "cvt.rn.f32.f64" F32; Promote "cvt.f64.f32" F64;
    // Clamped to the integer's range. What becomes of a NaN is not relied on.
    S32FromF32 "cvt.rzi.s32.f32" I32; U32FromF32 "cvt.rzi.u32.f32" I32;
    S64FromF32 "cvt.rzi.s64.f32" I64; U64FromF32 "cvt.rzi.u64.f32" I64;
    S32FromF64 "cvt.rzi.s32.f64" I32; U32FromF64 "cvt.rzi.u32.f64" I32;
    S64FromF64 "cvt.rzi.s64.f64" I64; U64FromF64 "cvt.rzi.u64.f64" I64;
    BitsOfF32 "mov.b32" I32; BitsOfF64 "mov.b64" I64;
    F32OfBits "mov.b32" F32; F64OfBits "mov.b64" F64;

    // Not instructions of PTX: a NaN becomes the canonical one, all else stays.
    CanonicalF32 "canonical" F32; CanonicalF64 "canonical" F64;
}
