//! saxpy on all cores, beside Rust with rayon on the same.

use super::OURS;
use crate::measure::{Contender, Goal, Measured};
use crate::setting::Setting;
use anyhow::Result;
use ringhost_bench::cores::Saxpy;
use std::cell::RefCell;

pub(super) fn measure(setting: &Setting) -> Result<Measured> {
    let items: u32 = setting.many_or_few(1 << 24, 5000);
    let saxpy = RefCell::new(Saxpy::new(&setting.kernel("saxpy"), 0, items)?);
    let threads = saxpy.borrow().threads();
    let contenders = vec![
        Contender::new(OURS, || saxpy.borrow_mut().ours()),
        Contender::new("rayon", || Ok(saxpy.borrow_mut().theirs())),
    ];
    let case = format!("saxpy on {threads} CPU threads, an item");
    let row = Measured::of(
        case,
        Goal::Times("rayon", 1.3),
        setting.rounds(),
        contenders,
    );
    Ok(row.each(items))
}
