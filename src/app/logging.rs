//! Logs: one line an event on standard output, JSON unless a person is watching.
//!
//! Lines that tell of nothing wrong wait a moment for others, since a system call for each would be a good part of what
//! a request costs. A line of a warning or an error goes out at once, with all before it.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// How long a line waits for others.
const MOMENT: Duration = Duration::from_millis(50);
/// How many bytes of lines wait at most.
const ROOM: usize = 16 * 1024;

/// Writes what waits when it is dropped: at the end of the program.
#[must_use]
#[derive(Debug)]
pub struct Logging(Option<Lines>);

impl Drop for Logging {
    fn drop(&mut self) {
        if let Some(lines) = &self.0 {
            flush(lines.waiting());
        }
    }
}

/// Starts logging; whatever was logged before is lost. `filter` has been checked with the settings.
///
/// Errors: when the thread for lines that wait cannot be started.
pub fn start(filter: &str) -> io::Result<Logging> {
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_target(false);
    // The Functions host takes every line on standard error for an error.
    let lines = if io::stdout().is_terminal() {
        builder.compact().init();
        None
    } else {
        let lines = Lines::default();
        let writer = lines.clone();
        thread::Builder::new().name("log-writer".into()).spawn(move || writer.write_in_time())?;
        builder.json().flatten_event(true).with_writer(lines.clone()).init();
        Some(lines)
    };
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // A message that was put together at run time may hold somebody's data.
        let message = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown)");
        tracing::error!(place, message, "panic");
    }));
    Ok(Logging(lines))
}

/// Lines on their way to standard output.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<(Mutex<Vec<u8>>, Condvar)>);

/// One line of them.
struct Line<'a> {
    lines: &'a Lines,
    waits: bool,
}

impl Lines {
    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends with the program.
    fn write_in_time(&self) {
        loop {
            let some = self.0.1.wait_while(self.waiting(), |waiting| waiting.is_empty());
            drop(some);
            thread::sleep(MOMENT);
            flush(self.waiting());
        }
    }
}

fn flush(mut waiting: MutexGuard<'_, Vec<u8>>) {
    let mut out = io::stdout().lock();
    // There is nobody to whom one could say that nobody reads this.
    let _ = out.write_all(&waiting).and_then(|()| out.flush());
    waiting.clear();
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, waits: false }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Line<'a> {
        Line { lines: self, waits: *event.level() > Level::WARN }
    }
}

impl io::Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.lines.waiting();
        waiting.extend_from_slice(line);
        if !self.waits || waiting.len() >= ROOM {
            flush(waiting);
        } else if waiting.len() == line.len() {
            self.lines.0.1.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
