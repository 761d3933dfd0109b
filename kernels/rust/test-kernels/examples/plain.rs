//! Sends back what it receives, by the bindings that wit-bindgen makes of the contract: it has
//! nothing of the SDK.
#![cfg(target_arch = "wasm32")]

use ring::kernel::messaging::{Outgoing, receive, send};

wit_bindgen::generate!({ world: "kernel", path: "../../../wit" });

struct Plain;

impl Guest for Plain {
    fn run() -> Result<(), String> {
        while let Ok(message) = receive(None) {
            let reply = Outgoing {
                payload: message.payload,
                correlation: None,
                priority: None,
            };
            send(&reply, None).map_err(|error| format!("{error:?}"))?;
        }
        Ok(())
    }
}

export!(Plain);
