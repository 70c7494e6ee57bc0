//! The jobs that a timer, a queue or a change feed starts. This version has none, so a function with such a trigger
//! would fail on each event: the host would call a path that nobody serves.

/// Triggers that start a job.
const TRIGGERS: &[&str] = &["timerTrigger", "queueTrigger", "cosmosDBTrigger"];

/// Whether a binding of that type starts a job.
pub(super) fn is_trigger(kind: &str) -> bool {
    TRIGGERS.iter().any(|trigger| trigger.eq_ignore_ascii_case(kind))
}

/// What is wrong with a function that starts a job.
pub(super) fn problem(function: &str, trigger: &str) -> Option<String> {
    is_trigger(trigger).then(|| format!("no job of that name in this version; remove the folder {function}, or its {trigger}"))
}
