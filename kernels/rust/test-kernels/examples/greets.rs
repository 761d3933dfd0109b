//! A component of another host's world.
#![cfg(target_arch = "wasm32")]

wit_bindgen::generate!({
    inline: "package acme:door@1.0.0; world other { export greet: func(name: string) -> string; }"
});

struct Greeter;

impl Guest for Greeter {
    fn greet(name: String) -> String {
        format!("Hello, {name}")
    }
}

export!(Greeter);
