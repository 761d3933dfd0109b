//! Which script is played on this thread, for a kernel that asks about its life without a context.

use std::cell::RefCell;
use std::rc::Rc;

use super::script::Script;
use crate::host::Host;

thread_local! {
    /// The scripts that are played, the innermost last: a kernel under test may itself test one.
    static PLAYED: RefCell<Vec<Rc<RefCell<Script>>>> = const { RefCell::new(Vec::new()) };
}

/// Does `work` while this script is played.
pub(super) fn during<T>(script: Rc<RefCell<Script>>, work: impl FnOnce() -> T) -> T {
    /// Ends it also where the kernel panics, so that the thread's next test has its own.
    struct Play;

    impl Drop for Play {
        fn drop(&mut self) {
            PLAYED.with_borrow_mut(|played| played.pop());
        }
    }

    PLAYED.with_borrow_mut(|played| played.push(script));
    let _play = Play;
    work()
}

fn ask<T>(question: impl FnOnce(&Rc<RefCell<Script>>) -> T) -> Option<T> {
    let script = PLAYED.with_borrow(|played| played.last().cloned())?;
    Some(question(&script))
}

pub(crate) fn kernel_id() -> String {
    ask(Host::kernel_id).unwrap_or_else(|| "test".to_owned())
}

pub(crate) fn should_terminate() -> bool {
    ask(Host::should_terminate).unwrap_or(false)
}

pub(crate) fn is_active() -> bool {
    ask(Host::is_active).unwrap_or(true)
}
