//! The lint of the tests sees what is not fenced.

use ptx_oracle::fences::check;
use ptx_oracle::machine::Kernel;
use ptx_oracle::{compile, options};
use ringhost_ptx::{Policy, translate_resident};

/// The PTX of a store, with one line changed.
fn tampered(policy: Policy, from: &str, to: &str) -> Kernel {
    let module = wat::parse_str(
        "(module (memory 1) (func (export \"f\") (param i32)
           (i32.store offset=8 (local.get 0) (i32.const 1))))",
    );
    let options = options(policy);
    let ptx = ringhost_ptx::translate(&module.unwrap(), "f", &options)
        .unwrap()
        .ptx;
    assert!(ptx.contains(from), "{ptx}");
    Kernel::parse(&ptx.replacen(from, to, 1))
}

#[test]
fn the_lint_sees_a_fence_that_is_not_one() {
    for (policy, from, to) in [
        (
            Policy::Mask,
            "and.b32 \t%r2, %r1, %mask4",
            "mov.b32 \t%r2, %r1",
        ),
        (Policy::Mask, "%wide, %size, 4", "%wide, %size, 0"),
        (Policy::Mask, "%mask4", "%mask8"),
        (Policy::Mask, "+8]", "+65536]"),
        (Policy::Mask, "+8]", "+6]"),
        (Policy::Mask, ", 1, %arena", ", 4, %arena"),
        (Policy::Mask, ", 1, %arena", ", 1, %item"),
        (Policy::Trap, "%limit12_2", "%limit8_2"),
        (Policy::Trap, "bra \t$access1", "bra \t$done"),
        (Policy::Trap, "shf.r.wrap.b32", "shf.l.wrap.b32"),
        (Policy::Deferred, ", %mask4", ", -1"),
        (Policy::Trap, "[%record+8]", "[%record+16]"),
        (Policy::Trap, "[%record+8]", "[%record+4]"),
        (Policy::Trap, "global.min.u64", "global.exch.b64"),
        (
            Policy::Trap,
            "%wide, [%record], %key",
            "%wide, [%record+8], %key",
        ),
    ] {
        let untouched = tampered(policy, from, from);
        check(&untouched, policy);
        let caught = std::panic::catch_unwind(|| check(&tampered(policy, from, to), policy));
        assert!(caught.is_err(), "{from} became {to}");
    }
}

#[test]
fn the_lint_sees_a_pointer_that_was_not_checked() {
    let module = wat::parse_str(crate::golden::LOOP).unwrap();
    let ptx = compile(&module, Policy::Mask).translation.ptx;
    // The registers are those of the golden text.
    for (from, to) in [
        (
            "setp.le.u64 \t%p3, %rd5, %rd6",
            "setp.ge.u64 \t%p3, %rd5, %rd6",
        ),
        (
            "setp.le.u64 \t%p3, %rd5, %rd6",
            "setp.le.u64 \t%p3, %rd4, %rd6",
        ),
        ("add.s64 \t%rd5, %rd4, 4", "add.s64 \t%rd5, %rd4, 3"),
        ("mul.lo.s64 \t%rd3, %rd1, 4", "mul.lo.s64 \t%rd3, %rd1, 2"),
        ("and.b32 \t%r16, %r15, 3", "and.b32 \t%r16, %r15, 1"),
        ("and.pred \t%p9, %p8, %p5", "or.pred \t%p9, %p8, %p5"),
        ("@%p10 bra", "@!%p10 bra"),
        (
            "mad.wide.u32 \t%rd11, %r15, 1, %arena",
            "mad.wide.u32 \t%rd11, %r15, 2, %arena",
        ),
        (
            "mad.wide.u32 \t%rd11, %r15, 1, %arena",
            "mad.wide.u32 \t%rd11, %r4, 1, %arena",
        ),
        ("mov.b32 \t%r25, %r12", "mov.b32 \t%r25, %r7"),
        ("add.s32 \t%r14, %r12, -1", "add.s32 \t%r14, %r12, -2"),
        ("add.s32 \t%r29, %r25, -1", "add.s32 \t%r29, %r25, 0"),
        ("setp.ne.s32 \t%p13, %r29, 0", "setp.ne.s32 \t%p13, %r28, 0"),
        ("add.s64 \t%rd15, %rd13, 4", "add.s64 \t%rd15, %rd13, 8"),
        ("@%p13 bra", "@!%p13 bra"),
        ("[%rd13+0]", "[%rd13+4]"),
        ("mov.b32 \t%r19, %r2;", "bra \t$block5;"),
        ("mov.b64 \t%rd6, %size", "mov.b64 \t%rd6, %count"),
    ] {
        assert!(ptx.contains(from), "{from} is not in\n{ptx}");
        let tampered = Kernel::parse(&ptx.replacen(from, to, 1));
        let caught = std::panic::catch_unwind(|| check(&tampered, Policy::Mask));
        assert!(caught.is_err(), "{from} became {to}");
    }
}

#[test]
fn the_lint_sees_what_leads_past_the_start_of_a_loop_of_several_blocks() {
    let module = wat::parse_str(crate::golden::SEARCH).unwrap();
    let ptx = compile(&module, Policy::Mask).translation.ptx;
    // The registers and labels are those of the golden text.
    for (from, to) in [
        // Into the midst of the copy, from where nothing was checked.
        ("mov.b32 \t%r16, %r2;", "bra \t$block11;"),
        ("mov.b32 \t%r16, %r2;", "bra \t$block10;"),
        ("mov.b32 \t%r16, %r2;", "bra \t$edge1;"),
        // Round without counting, and from elsewhere.
        ("@%p10 bra \t$edge1;", "@%p10 bra \t$block10;"),
        ("mov.b32 \t%r36, %r21;", "bra \t$edge1;"),
        ("mov.b32 \t%r36, %r35;", "mov.b32 \t%r22, 9;"),
        // What goes round is made of something else, or in another place.
        ("add.s64 \t%rd10, %rd8, 8;", "add.s64 \t%rd10, %rd7, 8;"),
        ("mov.b64 \t%rd8, %rd10;", "mov.b64 \t%rd8, %rd7;"),
        (
            "ld.global.u32 \t%r23, [%rd8+0];",
            "@%p10 bra \t$edge1;\n$block99:\n\tld.global.u32 \t%r23, [%rd8+0];",
        ),
        ("[%rd8+4]", "[%rd8+8]"),
    ] {
        assert!(ptx.contains(from), "{from} is not in\n{ptx}");
        let tampered = Kernel::parse(&ptx.replacen(from, to, 1));
        let caught = std::panic::catch_unwind(|| check(&tampered, Policy::Mask));
        assert!(caught.is_err(), "{from} became {to}");
    }
}

#[test]
fn the_lint_sees_an_access_to_neighbours_that_is_not_aligned_or_reaches_too_far() {
    let module = wat::parse_str(crate::golden::RECORDS).unwrap();
    let ptx = compile(&module, Policy::Mask).translation.ptx;
    // The registers and labels are those of the golden text.
    for (from, to) in [
        ("and.b32 \t%r19, %r17, 15", "and.b32 \t%r19, %r17, 7"),
        ("and.pred \t%p8, %p6, %p7", "and.pred \t%p8, %p6, %p6"),
        ("and.pred \t%p8, %p6, %p7", "and.pred \t%p8, %p7, %p7"),
        ("@%p8 bra \t$block8", "@%p6 bra \t$block8"),
        ("@%p6 bra \t$block12", "@%p7 bra \t$block12"),
        ("@%p6 bra \t$block12", "@!%p6 bra \t$block12"),
        ("add.s64 \t%rd5, %rd4, 16", "add.s64 \t%rd5, %rd4, 12"),
        ("add.s64 \t%rd9, %rd8, 16", "add.s64 \t%rd9, %rd8, 8"),
        ("%r30}, [%rd8+0]", "%r30}, [%rd8+4]"),
        ("%r30}, [%rd8+0]", "%r30}, [%rd11+0]"),
        (
            "st.global.v4.u32 \t[%rd8+0]",
            "st.global.v4.u32 \t[%rd8+16]",
        ),
        // What it reads is not what counts, nor a pointer.
        ("{%r27, %r28, %r29, %r30}", "{%r27, %r26, %r29, %r30}"),
        // Of the other copy less is known.
        (
            "ld.global.u32 \t%r55, [%rd11+0]",
            "ld.global.v4.u32 \t{%r55, %r56, %r57, %r58}, [%rd11+0]",
        ),
        (
            "ld.global.u32 \t%r55, [%rd11+0]",
            "ld.global.v2.u32 \t{%r55, %r56}, [%rd11+0]",
        ),
        // Into the check of one copy from beside that of both.
        ("mov.b32 \t%r42, %r2;", "bra \t$block12;"),
    ] {
        assert!(ptx.contains(from), "{from} is not in\n{ptx}");
        let tampered = Kernel::parse(&ptx.replacen(from, to, 1));
        let caught = std::panic::catch_unwind(|| check(&tampered, Policy::Mask));
        assert!(caught.is_err(), "{from} became {to}");
    }
}

#[test]
fn the_lint_sees_a_change_of_what_is_around_a_function() {
    let module = wat::parse_str(crate::golden::LOOP).unwrap();
    let ptx = translate_resident(&module, "f", &options(Policy::Trap))
        .unwrap()
        .ptx;
    check(&Kernel::parse(&ptx), Policy::Trap);
    for (from, to) in [
        ("[%ring+128]", "[%ring+136]"),
        ("%target, %ring, %wide", "%target, %arena, %wide"),
        ("%into, %input, 1, %arena", "%into, %input, 1, %record"),
        ("%input, 1, %arena", "%input, 2, %arena"),
        ("%far, %place, %inputs", "%far, %place, %outputs"),
        ("%source, %row, %wide", "%source, %row, %size"),
        ("%wide, %depth, %inputs", "%wide, %depth, %outputs"),
        ("%row, %slot, %inputs", "%row, %done, %inputs"),
        ("%slot, %done, %depth", "%slot, %done, %count"),
        ("%row, %answers, %row", "%row, %messages, %row"),
        ("%own, %lane, 2", "%own, %lane, 3"),
        ("%messages, %messages, 256", "%messages, %messages, 264"),
        (
            "add.s64 \t%target, %into, %wide;",
            "add.s64 \t%target, %into, %wide;\n$here:",
        ),
        ("exch.b64 \t%word, [%record]", "exch.b64 \t%word, [%ring]"),
        (
            "setp.ge.u32 \t%far, %place, %outputs",
            "setp.gt.u32 \t%far, %place, %outputs",
        ),
    ] {
        assert!(ptx.contains(from), "{from}");
        let tampered = ptx.replacen(from, to, 1);
        let caught = std::panic::catch_unwind(|| check(&Kernel::parse(&tampered), Policy::Trap));
        assert!(caught.is_err(), "{from} became {to}");
    }
    // In a launch there is no ring.
    let launch = ptx.replacen(".entry resident(", ".entry compute(", 1);
    let caught = std::panic::catch_unwind(|| check(&Kernel::parse(&launch), Policy::Trap));
    assert!(caught.is_err());
}
