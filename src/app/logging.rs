//! Logs: one line an event on standard output, JSON unless a person is watching.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Starts logging; whatever was logged before is lost. `filter` has been checked with the settings.
pub fn start(filter: &str) {
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_target(false);
    // The Functions host takes every line on standard error for an error.
    if std::io::stdout().is_terminal() {
        builder.compact().init();
    } else {
        builder.json().flatten_event(true).init();
    }
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // A message that was put together at run time may hold somebody's data.
        let message = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown)");
        tracing::error!(place, message, "panic");
    }));
}
