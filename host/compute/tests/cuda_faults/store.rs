//! What the driver has compiled is kept and not compiled again.

use super::*;
use ringhost_compute::CodeStore;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// A store that forgets nothing.
#[derive(Default)]
struct Kept(Mutex<HashMap<String, Vec<u8>>>);

impl CodeStore for Kept {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().get(name).cloned()
    }

    fn write(&self, name: &str, code: &[u8]) {
        let kept = self.0.lock().unwrap().insert(name.into(), code.into());
        assert_ne!(kept.as_deref(), Some(code), "{name} was there");
    }
}

#[tokio::test]
async fn what_was_compiled_is_loaded_the_next_time_and_what_differs_is_another_thing() {
    let (stand_in, _turn) = stand_in().await;
    let store = Arc::new(Kept::default());
    // One of them is a resident, too.
    let functions = program().functions().len() + 1;
    // The others access no memory, so that fences make no difference to them.
    let fenced = 3;
    for (fence, compiled) in [
        (Fence::Mask, functions),
        (Fence::Mask, 0),
        (Fence::Trap, fenced),
        (Fence::Trap, 0),
    ] {
        let before = stand_in.calls("cuLinkComplete");
        let devices = Devices::cuda(1, fence).with_store(store.clone());
        assert_eq!(everything(&devices).await, Ok(expected()));
        let calls = stand_in.calls("cuLinkComplete") - before;
        assert_eq!(calls, compiled as u64, "{fence:?}");
    }
    let kept = store.0.lock().unwrap();
    assert_eq!(kept.len(), functions + fenced);
    for name in kept.keys() {
        let (digest, device) = name.split_at(64);
        assert!(
            digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{name}"
        );
        assert_eq!(device, "-sm_90-13000");
    }
}

#[tokio::test]
async fn code_that_the_driver_takes_no_more_is_compiled_again() {
    let (stand_in, _turn) = stand_in().await;
    let store = Arc::new(Kept::default());
    let devices = Devices::cuda(1, Fence::Mask).with_store(store.clone());
    assert_eq!(everything(&devices).await, Ok(expected()));
    let sound = store.0.lock().unwrap().clone();
    for code in store.0.lock().unwrap().values_mut() {
        *code = b"\x7fELF of another driver\0".to_vec();
    }
    let contexts = stand_in.calls("cuCtxCreate_v3");
    let next = Devices::cuda(1, Fence::Mask).with_store(store.clone());
    assert_eq!(everything(&next).await, Ok(expected()));
    assert_eq!(*store.0.lock().unwrap(), sound);
    // It cost nobody the device.
    assert_eq!(stand_in.calls("cuCtxCreate_v3"), contexts + 1);
}
