//! Logs: one line an event on standard output, JSON unless a person is watching.
//!
//! One thread writes; whoever logs only appends to what waits for it, so that an output that nobody reads holds up nothing.
//! Lines that tell of nothing wrong wait a moment for others, since a system call for each would be a good part of what
//! a request costs. A line of a warning or an error wakes the thread at once.

use std::{
    fmt,
    io::{self, IsTerminal as _},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde::Serialize;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    filter::Targets,
    fmt::{
        FmtContext, FormatEvent, FormatFields, MakeWriter,
        format::{self, Compact, Format, Writer},
    },
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

use crate::kernel::{Clock as _, RequestId, SystemClock};

/// How long a line waits for others.
const WRITE_DELAY: Duration = Duration::from_millis(50);
/// How many bytes of lines are written without that.
const WRITE_AT: usize = 16 * 1024;
/// How many bytes of lines wait at most, beside as many that are being written.
const WAITING_LIMIT: usize = 512 * 1024;
/// How many bytes a line usually has at most.
const LINE: usize = 384;
/// How long the end of the program waits for the last lines to be taken.
const LAST_LINES_TIMEOUT: Duration = Duration::from_secs(1);

/// Waits for the last lines to be written when it is dropped: at the end of the program.
#[must_use]
#[derive(Debug)]
pub struct Logging(Lines);

impl Logging {
    /// Writes to standard output what is no event, in its turn.
    pub fn print(&self, text: &str) {
        self.0.append(text.as_bytes(), Urgency::AtOnce);
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        self.0.wait_until_written(LAST_LINES_TIMEOUT);
    }
}

/// Starts logging of what passes `filter`; whatever was logged before is lost.
///
/// Errors: when the thread that writes cannot be started.
pub fn start(filter: Targets) -> io::Result<Logging> {
    let lines = Lines::default();
    let writer = lines.clone();
    thread::Builder::new().name("log-writer".into()).spawn(move || writer.write_to(&mut io::stdout()))?;
    let form = if io::stdout().is_terminal() { Form::Plain(format::format().compact().with_target(false)) } else { Form::Json };
    // The Functions host takes every line on standard error for an error.
    let written = tracing_subscriber::fmt::layer().with_writer(lines.clone()).event_format(form);
    tracing_subscriber::registry().with(filter).with(written).init();
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // A message that was put together at run time may hold somebody's data.
        let message = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown)");
        tracing::error!(place, message, "panic");
    }));
    Ok(Logging(lines))
}

/// How a line is written. What is logged as a part of a request bears its id, which is looked up only then: a span would have to
/// be made for each request.
pub enum Form {
    /// An object with `timestamp`, `level`, `request_id` and the fields of the event.
    Json,
    /// For a person: the id in front.
    Plain(Format<Compact>),
}

impl<S: Subscriber + for<'a> LookupSpan<'a>, N: for<'w> FormatFields<'w> + 'static> FormatEvent<S, N> for Form {
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let request_id = RequestId::current();
        match self {
            Self::Json => writer.write_str(&json(event, request_id.as_ref()).ok_or(fmt::Error)?),
            Self::Plain(compact) => {
                request_id.map_or(Ok(()), |id| write!(writer, "{id} "))?;
                compact.format_event(ctx, writer, event)
            }
        }
    }
}

fn json(event: &Event<'_>, request_id: Option<&RequestId>) -> Option<String> {
    let mut members = Members(Vec::with_capacity(LINE));
    members.add("timestamp", &SystemClock.now());
    members.add("level", event.metadata().level().as_str());
    if let Some(id) = request_id {
        members.add("request_id", id.as_str());
    }
    event.record(&mut members);
    members.0.extend_from_slice(b"}\n");
    String::from_utf8(members.0).ok()
}

/// The members of a JSON object, as far as they are written.
struct Members(Vec<u8>);

impl Members {
    fn add(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        // Texts, numbers and truth values always have a JSON form, and memory takes them.
        let _ = serde_json::to_writer(&mut self.0, name);
        self.0.push(b':');
        let _ = serde_json::to_writer(&mut self.0, value);
    }
}

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), &format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), &value);
    }
}

/// Whether a line may wait for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Urgency {
    Waits,
    AtOnce,
}

/// Lines on their way to standard output.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to be written, or it may wait no longer.
    appended: Condvar,
    /// All has been written.
    written: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    urgent: bool,
    writing: bool,
    /// Lines for which there was no room.
    lost: u64,
}

impl State {
    fn waits_no_longer(&self) -> bool {
        self.urgent || self.waiting.len() >= WRITE_AT
    }
}

impl Lines {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, line: &[u8], urgency: Urgency) {
        let mut state = self.state();
        if state.waiting.len() + line.len() > WAITING_LIMIT {
            state.lost += 1;
            return;
        }
        let (first, waited) = (state.waiting.is_empty(), !state.waits_no_longer());
        state.waiting.extend_from_slice(line);
        state.urgent |= urgency == Urgency::AtOnce;
        if first || (waited && state.waits_no_longer()) {
            self.0.appended.notify_one();
        }
    }

    /// Writes for as long as the program runs. The lock is free while it does.
    fn write_to(&self, out: &mut impl io::Write) {
        let mut batch = Vec::new();
        loop {
            let lost = self.next_batch(&mut batch);
            if lost > 0 {
                // Told while nothing waits, so that there is room for this line.
                tracing::warn!(lines = lost, "lines lost, since nobody read the output");
            }
            // There is nobody to whom one could say that this cannot be written.
            let _ = out.write_all(&batch).and_then(|()| out.flush());
            batch.clear();
            batch.shrink_to(WRITE_AT);
            let mut state = self.state();
            state.writing = false;
            if state.waiting.is_empty() {
                self.0.written.notify_all();
            }
        }
    }

    /// Takes what waits, and how many lines were lost until then.
    fn next_batch(&self, batch: &mut Vec<u8>) -> u64 {
        let appended = &self.0.appended;
        let state = appended.wait_while(self.state(), |state| state.waiting.is_empty()).unwrap_or_else(PoisonError::into_inner);
        let together = appended.wait_timeout_while(state, WRITE_DELAY, |state| !state.waits_no_longer());
        let mut state = together.unwrap_or_else(PoisonError::into_inner).0;
        std::mem::swap(&mut state.waiting, batch);
        (state.urgent, state.writing) = (false, true);
        std::mem::take(&mut state.lost)
    }

    fn wait_until_written(&self, timeout: Duration) {
        let mut state = self.state();
        state.urgent = true;
        self.0.appended.notify_one();
        let unwritten = |state: &mut State| state.writing || !state.waiting.is_empty();
        // Whether all was written or the time is up: the program ends.
        drop(self.0.written.wait_timeout_while(state, timeout, unwritten));
    }
}

/// Where one line goes.
struct Line<'a> {
    lines: &'a Lines,
    urgency: Urgency,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, urgency: Urgency::AtOnce }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Line<'a> {
        let urgency = if *event.level() > Level::WARN { Urgency::Waits } else { Urgency::AtOnce };
        Line { lines: self, urgency }
    }
}

impl io::Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.lines.append(line, self.urgency);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// An output that nobody reads until it is let go.
    struct Blocked {
        reached: mpsc::Sender<()>,
        go: mpsc::Receiver<()>,
        written: mpsc::Sender<Vec<u8>>,
        blocks: bool,
    }

    impl io::Write for Blocked {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if std::mem::take(&mut self.blocks) {
                self.reached.send(()).expect("somebody to tell");
                self.go.recv().expect("to be let go");
            }
            self.written.send(bytes.to_vec()).expect("somebody to tell");
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_output_that_nobody_reads_holds_nobody_up_and_takes_bounded_memory() {
        let lines = Lines::default();
        let (let_go, go) = mpsc::channel();
        let (written, told) = mpsc::channel();
        let (reached, blocked) = mpsc::channel();
        let writer = lines.clone();
        thread::spawn(move || writer.write_to(&mut Blocked { reached, go, written, blocks: true }));
        let line = |n: usize| format!("{n:099}\n");
        lines.append(line(0).as_bytes(), Urgency::AtOnce);
        blocked.recv().expect("a writer");
        let count = 3 * WAITING_LIMIT / 100;
        for n in 1..count {
            lines.append(line(n).as_bytes(), if n % 2 == 0 { Urgency::AtOnce } else { Urgency::Waits });
        }
        let state = lines.state();
        assert!(state.waiting.len() <= WAITING_LIMIT && state.lost > 0, "{} {}", state.waiting.len(), state.lost);
        let kept = count - usize::try_from(state.lost).expect("a count");
        drop(state);
        // The end of the program does not wait for ever either.
        lines.wait_until_written(Duration::from_millis(10));
        let_go.send(()).expect("a writer");
        lines.wait_until_written(Duration::from_secs(20));
        let all: Vec<u8> = told.try_iter().flatten().collect();
        // What was kept is whole and in order.
        assert_eq!(all, (0..kept).map(line).collect::<String>().into_bytes());
    }

    #[test]
    fn all_is_written_at_the_end() {
        let lines = Lines::default();
        let ((reached, _), (_, go), (written, told)) = (mpsc::channel(), mpsc::channel(), mpsc::channel());
        let writer = lines.clone();
        thread::spawn(move || writer.write_to(&mut Blocked { reached, go, written, blocks: false }));
        lines.append(b"one\n", Urgency::Waits);
        lines.append(b"two\n", Urgency::Waits);
        lines.wait_until_written(Duration::from_secs(20));
        assert_eq!(told.try_iter().flatten().collect::<Vec<u8>>(), b"one\ntwo\n");
    }
}
