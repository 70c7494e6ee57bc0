//! `avanochi webhook`: whether requests come from who they should come from, tried by hand and by lists of examples.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, Write as _, stdin, stdout},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Subcommand;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    integrations::webhooks::verify::{
        Algorithm, Config, Jwk, Key, KeyForm, Keys, Preset, Request, Sketch, TokenRules, Verdict, verify,
    },
    kernel::{Clock as _, SystemClock, Timestamp},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read requests or bare signatures from standard input, a JSON object a line, and print a verdict for each as it comes
    Verify,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    verdict: &'static str,
    reason: &'static str,
}

/// Carries out a command; failure when a line could not be read.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Verify = command;
    let mut all_read = true;
    for (index, line) in stdin().lock().split(b'\n').enumerate() {
        let line = line.context("standard input")?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match judge(&line) {
            Ok((id, verdict, reason)) => {
                let mut out = stdout().lock();
                serde_json::to_writer(&mut out, &Line { id: &id, verdict, reason })?;
                out.write_all(b"\n")?;
                out.flush()?;
            }
            Err(error) => {
                all_read = false;
                eprintln!("line {}: {error:#}", index + 1);
            }
        }
    }
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The id of what the line has, the verdict and the reason.
fn judge(line: &[u8]) -> anyhow::Result<(String, &'static str, &'static str)> {
    let vector: Value = serde_json::from_slice(line)?;
    if vector.get("request").is_some() {
        let (id, verdict) = serde_json::from_value::<Delivery>(vector)?.judge()?;
        return Ok(match verdict {
            Verdict::Accept(_) => (id, "accept", "ok"),
            Verdict::Handshake(_) => (id, "handshake", "ok"),
            Verdict::Reject(reason) => (id, "reject", reason.name()),
        });
    }
    let bare: Bare = serde_json::from_value(vector)?;
    let valid = bare.valid()?;
    Ok(if valid { (bare.id, "accept", "ok") } else { (bare.id, "reject", "signature_mismatch") })
}

/// A signature of a message, without a sender.
#[derive(Deserialize)]
struct Bare {
    id: String,
    algorithm: String,
    key_hex: Option<String>,
    jwk: Option<Jwk>,
    message_hex: String,
    signature_hex: String,
}

impl Bare {
    fn valid(&self) -> anyhow::Result<bool> {
        let message = from_hex(&self.message_hex).context("message_hex")?;
        let signature = from_hex(&self.signature_hex).context("signature_hex")?;
        if self.algorithm == "RSA-SHA256" {
            let key = self.jwk.as_ref().and_then(Jwk::rsa).context("jwk: not an RSA key for signatures")?;
            return Ok(key.verify(&message, &signature));
        }
        let algorithm = Algorithm::named(&self.algorithm).context("algorithm: unknown")?;
        let key = Key::read(self.key_hex.as_deref().context("key_hex: missing")?, KeyForm::Hex).context("key_hex")?;
        Ok(algorithm.matching([(0, &key)].into_iter(), &[&message], &[signature]).is_some())
    }
}

fn from_hex(text: &str) -> anyhow::Result<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { bail!("an odd number of digits") };
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair)?, 16).map_err(anyhow::Error::from);
    pairs.iter().map(byte).collect()
}

/// A request with all that its verdict follows from.
#[derive(Deserialize)]
struct Delivery {
    id: String,
    preset: String,
    #[serde(default)]
    config: Settings,
    /// In seconds; the present where it is not said.
    now: Option<i64>,
    request: Sent,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    secrets: Vec<Secret>,
    public_keys: Vec<Secret>,
    callback_url: Option<String>,
    public_url: Option<String>,
    tolerance_s: Option<u64>,
    allow_legacy_sha1: bool,
    #[serde(alias = "pending_verification")]
    handshake_expected: bool,
    subscriptions: BTreeMap<String, String>,
    channels: BTreeMap<String, String>,
    rich: bool,
    jwt: TokenRules,
    header: Option<String>,
    template: Option<Sketch>,
}

#[derive(Deserialize)]
struct Secret {
    value: String,
    encoding: Option<String>,
}

#[derive(Deserialize)]
struct Sent {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body_b64: Option<String>,
    body_text: Option<String>,
}

impl Delivery {
    fn judge(self) -> anyhow::Result<(String, Verdict)> {
        let own;
        let preset = match self.preset.as_str() {
            "generic_hmac" => {
                own = Preset::generic(self.config.template.clone().context("config.template: missing")?.try_into()?);
                &own
            }
            "hmac_sha512_hex" => {
                own = Preset::sha512_hex(self.config.header.clone().context("config.header: missing")?);
                &own
            }
            name => Preset::named(name).ok_or_else(|| anyhow!("preset: {name:?} is unknown"))?,
        };
        let Sent { method, url, headers, body_b64, body_text } = self.request;
        let body = match body_b64 {
            Some(encoded) => STANDARD.decode(encoded).context("request.body_b64")?,
            None => body_text.unwrap_or_default().into_bytes(),
        };
        let headers: Vec<(String, Vec<u8>)> = headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
        let query = url.split('#').next().and_then(|url| url.split_once('?')).map(|(_, query)| query);
        let request = Request { method: &method, headers: &headers, body: &body, query };
        let now = self.now.map_or_else(|| SystemClock.now(), |now| Timestamp::from_micros(now.saturating_mul(1_000_000)));
        let verdict = verify(preset, &self.config.read(preset, &url)?, &request, now);
        Ok((self.id, verdict))
    }
}

impl Settings {
    fn read(self, preset: &Preset, url: &str) -> anyhow::Result<Config> {
        let keys = |secrets: Vec<Secret>| -> anyhow::Result<Keys> {
            let keys: anyhow::Result<Vec<Key>> = secrets.into_iter().map(|secret| secret.read(preset.key)).collect();
            Ok(Keys::new(keys?)?)
        };
        let tokens = self.subscriptions.into_iter().chain(self.channels);
        let tokens = tokens.map(|(id, text)| Ok((id, Key::read(&text, KeyForm::Text)?))).collect::<anyhow::Result<_>>();
        Ok(Config {
            secrets: keys(self.secrets).context("config.secrets")?,
            public_keys: keys(self.public_keys).context("config.public_keys")?,
            url: Some(self.callback_url.or(self.public_url).unwrap_or_else(|| url.to_owned())),
            tolerance: self.tolerance_s.map(Duration::from_secs),
            allow_legacy_sha1: self.allow_legacy_sha1,
            handshake: self.handshake_expected,
            tokens: tokens.context("config.subscriptions, config.channels")?,
            jwt: self.jwt,
            rich: self.rich,
        })
    }
}

impl Secret {
    fn read(&self, usual: KeyForm) -> anyhow::Result<Key> {
        let form = match &self.encoding {
            Some(name) => KeyForm::named(name).ok_or_else(|| anyhow!("encoding: {name:?} is unknown"))?,
            None => usual,
        };
        Ok(Key::read(&self.value, form)?)
    }
}
