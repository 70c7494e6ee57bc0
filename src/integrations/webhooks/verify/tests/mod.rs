//! The rules by which requests are verified, on requests whose signatures are computed here by other code.

mod algorithms;
mod greetings;
mod mutations;
mod samples;
mod schemes;
mod signing;
mod tokens;

use super::{Config, Key, KeyForm, Keys, Preset, Reason, Request, Verdict, verify};
use crate::kernel::Timestamp;

/// When everything here happens, in seconds.
const NOW: i64 = 1_700_000_000;

/// A request that can be changed.
#[derive(Debug, Clone)]
struct Sent {
    method: &'static str,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    query: Option<String>,
}

impl Sent {
    fn new(body: &[u8]) -> Self {
        Self { method: "POST", headers: Vec::new(), body: body.to_vec(), query: None }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    fn value(&self, name: &str) -> String {
        let (_, value) = self.headers.iter().find(|(given, _)| given == name).expect("the header");
        String::from_utf8(value.clone()).expect("text")
    }

    /// With another value in the place of what the header has.
    fn changed(&self, name: &str, change: impl Fn(&str) -> String) -> Self {
        let value = change(&self.value(name));
        self.clone().without(name).with(name, &value)
    }

    fn verdict(&self, preset: &Preset, config: &Config, now: i64) -> Verdict {
        let request = Request { method: self.method, headers: &self.headers, body: &self.body, query: self.query.as_deref() };
        verify(preset, config, &request, Timestamp::from_micros(now * 1_000_000))
    }

    /// By which of the keys the request is accepted, or why not.
    #[track_caller]
    fn outcome(&self, preset: &Preset, config: &Config, now: i64) -> Result<Option<usize>, Reason> {
        match self.verdict(preset, config, now) {
            Verdict::Accept(accepted) => Ok(accepted.secret_index),
            Verdict::Reject(reason) => Err(reason),
            Verdict::Handshake(_) => panic!("a handshake"),
        }
    }
}

fn preset(name: &str) -> &'static Preset {
    Preset::named(name).unwrap_or_else(|| panic!("{name}"))
}

fn keys(texts: &[&str], form: KeyForm) -> Keys {
    Keys::new(texts.iter().map(|text| Key::read(text, form).expect("a key")).collect()).expect("few enough")
}

fn secrets(texts: &[&str]) -> Config {
    Config { secrets: keys(texts, KeyForm::Text), ..Config::default() }
}
