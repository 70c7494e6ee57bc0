//! The jobs that there are, by name.

use std::{pin::Pin, sync::Arc};

use serde_json::Value;

use super::{
    Job, Outcome,
    dead_letter::{ATTEMPTS, DeadLetters, Work},
};
use crate::kernel::{Ctx, Error};

type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
type Run = Arc<dyn for<'a> Fn(&'a Ctx, Value) -> Running<'a> + Send + Sync>;

/// A job as the edges know it.
#[derive(Clone)]
pub struct Entry {
    pub name: &'static str,
    /// The text of its function.json, which says what starts it: the one place for schedules and names of queues.
    pub function_json: &'static str,
    run: Run,
}

impl Entry {
    /// Runs the job. A payload that is not what the job takes can never go well.
    pub async fn run(&self, ctx: &Ctx, payload: Value) -> Outcome {
        (self.run)(ctx, payload).await
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All jobs, in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Registry(Vec<Entry>);

impl Registry {
    #[must_use]
    pub fn with<J: Job>(mut self, job: J, function_json: &'static str) -> Self {
        let job = Arc::new(job);
        let run: Run = Arc::new(move |ctx, payload| {
            let job = Arc::clone(&job);
            Box::pin(async move {
                match serde_json::from_value(payload) {
                    Ok(payload) => job.run(ctx, payload).await,
                    // Where, never what: a payload may name people.
                    Err(e) => Outcome::GiveUp {
                        error: Error::internal(format!("not a payload of {} at column {}", J::NAME, e.column())),
                    },
                }
            })
        });
        self.0.push(Entry { name: J::NAME, function_json, run });
        self
    }

    /// A job that files the messages of another one which neither that nor the program survived: the host moves such a message
    /// aside after the fifth attempt.
    #[must_use]
    pub fn with_poison_of<J: Job>(mut self, name: &'static str, dead_letters: DeadLetters, function_json: &'static str) -> Self {
        let run: Run = Arc::new(move |ctx, payload| {
            let dead_letters = dead_letters.clone();
            Box::pin(async move {
                let error = Error::internal("the program did not survive it");
                dead_letters.set_aside(ctx, Work { job: J::NAME, payload: &payload }, ATTEMPTS, &error).await.into()
            })
        });
        self.0.push(Entry { name, function_json, run });
        self
    }

    /// With those of another registry after them.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.name == name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }
}
