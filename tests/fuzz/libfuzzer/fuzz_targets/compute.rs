#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ringhost_fuzz::compute(input));
