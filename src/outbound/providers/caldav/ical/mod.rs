//! A to-do in iCalendar (RFC 5545): what of it is ours, and how that is changed while every other line stays as it is, to the
//! byte. Pure.

mod lines;
mod moment;
#[cfg(test)]
mod tests;

use std::ops::Range;

use chrono_tz::Tz;
use uuid::Uuid;

use self::{
    lines::{Line, escaped, split, unescaped},
    moment::{due_as, due_of, instant, utc},
};
use super::super::{Due, Edit};
use crate::kernel::Timestamp;

const VTODO: &str = "VTODO";

/// The text of a calendar object that has a to-do.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    lines: Vec<Line>,
    /// The lines between the `BEGIN` and the `END` of the to-do that stands for the others: the one that is no exception of a
    /// series.
    todo: Range<usize>,
    /// Whether there are others.
    several: bool,
}

/// What of a to-do is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Todo {
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) notes: String,
    pub(super) due: Option<Due>,
    pub(super) state: State,
    pub(super) last_modified: Option<Timestamp>,
    /// It recurs, or there are exceptions of a series: whether it is completed is a matter of each occurrence.
    pub(super) recurs: bool,
    /// When it is due follows from its start, and a `DUE` may not stand beside that.
    pub(super) lasts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// With the time, where it says that.
    Completed(Option<Timestamp>),
    Cancelled,
}

impl Resource {
    /// `None` when the text has no to-do.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let lines = split(text);
        let todos = components(&lines, VTODO);
        let is_exception = |todo: &Range<usize>| lines[todo.clone()].iter().any(|line| line.name() == "RECURRENCE-ID");
        let todo = todos.iter().find(|todo| !is_exception(todo)).or_else(|| todos.first())?.clone();
        let several = todos.len() > 1;
        Some(Self { lines, todo, several })
    }

    /// A to-do that is made now: without a title yet.
    pub(super) fn new(uid: Uuid, now: Timestamp) -> Self {
        let now = utc(now);
        let text = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Avanochi//Avanochi//EN",
            "BEGIN:VTODO",
            &format!("UID:{uid}"),
            &format!("DTSTAMP:{now}"),
            &format!("CREATED:{now}"),
            "STATUS:NEEDS-ACTION",
            "END:VTODO",
            "END:VCALENDAR",
            "",
        ];
        let lines = split(text.join("\r\n").as_bytes());
        let todo = components(&lines, VTODO).into_iter().next().unwrap_or_default();
        Self { lines, todo, several: false }
    }

    pub(super) fn text(&self) -> Vec<u8> {
        self.lines.iter().flat_map(Line::raw).copied().collect()
    }

    /// What is ours, with the time of day that the clock in a zone shows.
    pub(super) fn todo(&self, zone: Tz) -> Todo {
        let text = |name| self.line(name).map(|line| unescaped(line.value())).unwrap_or_default();
        Todo {
            uid: text("UID"),
            title: text("SUMMARY"),
            notes: text("DESCRIPTION"),
            due: self.line("DUE").and_then(|line| due_of(line, zone)),
            state: self.state(),
            last_modified: self.line("LAST-MODIFIED").and_then(instant),
            recurs: self.recurs(),
            lasts: self.lasts(),
        }
    }

    /// Makes the to-do say what an edit does, and tells whether anything had to be changed for it. What cannot be written is left:
    /// whether something recurring is completed, and when it is due where that follows from its start.
    pub(super) fn apply(&mut self, edit: &Edit, zone: Tz, now: Timestamp) -> bool {
        let before = self.text();
        if let Some(title) = &edit.title {
            self.set_text("SUMMARY", title);
        }
        if let Some(notes) = &edit.notes {
            self.set_text("DESCRIPTION", notes);
        }
        match edit.due {
            Some(Some(due)) if !self.lasts() => self.set_due(due, zone),
            Some(None) => self.remove("DUE"),
            _ => {}
        }
        match edit.completed {
            Some(Some(at)) if !self.is_completed() && !self.recurs() => {
                self.set("STATUS", "COMPLETED");
                self.set("COMPLETED", &utc(at));
                self.set("PERCENT-COMPLETE", "100");
            }
            Some(None) if self.is_completed() && !self.recurs() => self.reopen(),
            _ => {}
        }
        let changed = self.text() != before;
        if changed {
            self.stamp(now);
        }
        changed
    }

    /// Makes a to-do that was cancelled an open one.
    pub(super) fn revive(&mut self, now: Timestamp) {
        self.reopen();
        self.stamp(now);
    }

    fn reopen(&mut self) {
        self.set("STATUS", "NEEDS-ACTION");
        self.remove("COMPLETED");
        self.remove("PERCENT-COMPLETE");
    }

    fn stamp(&mut self, now: Timestamp) {
        self.set("LAST-MODIFIED", &utc(now));
        self.set("DTSTAMP", &utc(now));
        if let Some(sequence) = self.line("SEQUENCE").and_then(|line| line.value().trim().parse::<u32>().ok()) {
            self.set("SEQUENCE", &sequence.saturating_add(1).to_string());
        }
    }

    /// By its status; where it has none, by what else says so.
    fn state(&self) -> State {
        let completed = self.line("COMPLETED");
        let all = || self.line("PERCENT-COMPLETE").is_some_and(|line| line.value().trim() == "100");
        match self.line("STATUS").map(|line| line.value().trim().to_ascii_uppercase()).as_deref() {
            Some("CANCELLED") => State::Cancelled,
            Some("COMPLETED") => State::Completed(completed.and_then(instant)),
            None if completed.is_some() || all() => State::Completed(completed.and_then(instant)),
            _ => State::Open,
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.state() == State::Cancelled
    }

    fn is_completed(&self) -> bool {
        matches!(self.state(), State::Completed(_))
    }

    fn recurs(&self) -> bool {
        self.several || ["RRULE", "RDATE", "RECURRENCE-ID"].iter().any(|name| self.line(name).is_some())
    }

    fn lasts(&self) -> bool {
        self.line("DURATION").is_some() && self.line("DUE").is_none()
    }

    fn set_due(&mut self, due: Due, zone: Tz) {
        let existing = self.line("DUE");
        if existing.and_then(|line| due_of(line, zone)) != Some(due) {
            let (head, value) = due_as(existing, due, zone);
            self.put("DUE", &head, &value);
        }
    }

    fn set_text(&mut self, name: &str, text: &str) {
        let existing = self.line(name);
        if text.is_empty() {
            self.remove(name);
        } else if existing.map(|line| unescaped(line.value())).as_deref() != Some(text) {
            // The same text in another form, which would now say something else.
            let head = existing.map_or_else(|| name.to_owned(), |line| line.head_without(&["ALTREP"]));
            self.put(name, &head, &escaped(text));
        }
    }

    fn set(&mut self, name: &str, value: &str) {
        let head = self.line(name).map_or_else(|| name.to_owned(), |line| line.head().to_owned());
        self.put(name, &head, value);
    }

    /// In the place of the line of that name; without one, after those of the to-do itself.
    fn put(&mut self, name: &str, head: &str, value: &str) {
        let line = Line::new(head, value, self.line_end());
        if let Some(at) = self.position(name) {
            self.lines[at] = line;
        } else {
            self.lines.insert(self.own().end, line);
            self.todo.end += 1;
        }
    }

    fn remove(&mut self, name: &str) {
        while let Some(at) = self.position(name) {
            self.lines.remove(at);
            self.todo.end -= 1;
        }
    }

    fn line(&self, name: &str) -> Option<&Line> {
        self.position(name).map(|at| &self.lines[at])
    }

    fn position(&self, name: &str) -> Option<usize> {
        let mut depth = 0_usize;
        self.todo.clone().find(|at| {
            let line = &self.lines[*at];
            match line.name() {
                "BEGIN" => depth += 1,
                "END" => depth = depth.saturating_sub(1),
                other => return depth == 0 && other == name,
            }
            false
        })
    }

    /// The lines before the first component within the to-do, such as an alarm.
    fn own(&self) -> Range<usize> {
        let inner = self.todo.clone().find(|at| self.lines[*at].name() == "BEGIN");
        self.todo.start..inner.unwrap_or(self.todo.end)
    }

    fn line_end(&self) -> &'static str {
        let windows = self.lines.first().is_some_and(|line| line.raw().ends_with(b"\r\n"));
        if windows { "\r\n" } else { "\n" }
    }
}

/// The lines within each component of a name. One that does not end goes on to the end of the text.
fn components(lines: &[Line], name: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut begun = None;
    for (at, line) in lines.iter().enumerate() {
        if line.is("BEGIN", name) {
            begun = Some(at + 1);
        } else if line.is("END", name)
            && let Some(start) = begun.take()
        {
            found.push(start..at);
        }
    }
    found.extend(begun.map(|start| start..lines.len()));
    found
}
