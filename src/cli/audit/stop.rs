//! Ctrl-C: the first time an audit ends with what it knows, the second time at once.

use anyhow::{Context as _, Result};
use signal_hook::consts::SIGINT;
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a process ends with that somebody ended.
const STATUS: i32 = 130;

/// A flag that is set when somebody presses Ctrl-C.
///
/// # Errors
/// The system refuses to tell.
pub(super) fn on_interrupt() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    // In this order: the first signal finds the flag not yet set.
    flag::register_conditional_shutdown(SIGINT, STATUS, Arc::clone(&stop))
        .and_then(|_| flag::register(SIGINT, Arc::clone(&stop)))
        .context("Ctrl-C cannot be watched")?;
    Ok(stop)
}
