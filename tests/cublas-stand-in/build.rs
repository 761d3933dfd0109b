//! Gives the library the name under which a program asks for cuBLAS.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Once it is loaded by its path, a program that asks for cuBLAS by name gets this one.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcublas.so.13");
    }
}
