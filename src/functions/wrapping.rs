//! Payloads as the Functions host wraps them, for the tests alone: those of `functions`, and those from outside.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// A queue message: its text, and how often the queue has given it out.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub body: &'a str,
    pub dequeued: u32,
}

/// A document in the change feed, with what the database adds to it.
#[derive(Debug, Clone)]
pub struct Document(Value);

impl Document {
    pub fn of(mut document: Value) -> Self {
        if let Value::Object(properties) = &mut document {
            let added = json!({
                "_rid": "kQx2AJm1c0QHAAAAAAAAAA==", "_self": "dbs/kQx2AA==/colls/kQx2AJm1c0Q=/docs/kQx2AJm1c0QHAAAAAAAAAA==/",
                "_etag": "\"5a00c1d2-0000-0d00-0000-695736e50000\"", "_attachments": "attachments/", "_ts": 1_767_323_365, "_lsn": 41
            });
            for (name, value) in added.as_object().cloned().unwrap_or_default() {
                properties.entry(name).or_insert(value);
            }
        }
        Self(document)
    }
}

/// The payload of a timer trigger whose binding has that name.
pub fn timer(function: &str, binding: &str, past_due: bool) -> Value {
    let info = json!({ "Schedule": { "AdjustForDST": true }, "ScheduleStatus": null, "IsPastDue": past_due });
    payload(function, binding, &info, Map::new())
}

/// The payload of a storage queue trigger.
pub fn queue(function: &str, binding: &str, message: &Message<'_>) -> Value {
    let mut metadata: Map<String, Value> = Map::new();
    for (name, value) in [
        ("DequeueCount", json!(message.dequeued)),
        ("ExpirationTime", json!({ "date": "2026-01-09T03:04:05+00:00" })),
        ("Id", json!("6d0e4a51-0000-4000-8000-000000000001")),
        ("InsertionTime", json!({ "date": "2026-01-02T03:04:05+00:00" })),
        ("NextVisibleTime", json!({ "date": "2026-01-02T03:14:05+00:00" })),
        ("PopReceipt", json!("AgAAAAMAAAAAAAAA")),
    ] {
        // Times are the one text that is not encoded again.
        metadata.insert(name.to_owned(), value.get("date").cloned().unwrap_or_else(|| in_context(value)));
    }
    promote(message.body, &mut metadata);
    payload(function, binding, &in_context(message.body.into()), metadata)
}

/// The payload of a Cosmos DB trigger; with a retry policy, how often the batch has failed.
pub fn changes(function: &str, binding: &str, documents: &[Document], retries: Option<u32>) -> Value {
    let batch: Vec<Value> = documents.iter().map(|Document(document)| reread(document)).collect();
    let mut metadata = Map::new();
    if let Some(retries) = retries {
        let exception = (retries > 0).then(|| json!({ "Message": format!("Exception while executing function: {function}") }));
        let context =
            json!({ "RetryCount": retries, "MaxRetryCount": -1, "Exception": exception, "Instance": null, "State": {} });
        metadata.insert("RetryContext".to_owned(), context);
    }
    payload(function, binding, &in_context(Value::Array(batch).to_string().into()), metadata)
}

fn payload(function: &str, binding: &str, value: &Value, mut metadata: Map<String, Value>) -> Value {
    let system = json!({
        "MethodName": function, "UtcNow": "2026-01-02T03:05:00.01Z", "RandGuid": "3f7c1f2e-0000-4000-8000-000000000002"
    });
    metadata.insert("sys".to_owned(), system);
    json!({ "Data": { binding: value }, "Metadata": metadata })
}

/// An object stays one; everything else becomes the text of its JSON.
fn in_context(value: Value) -> Value {
    if value.is_object() { value } else { value.to_string().into() }
}

/// The properties of a body that is an object join the metadata, over those of the same name in whatever case.
fn promote(body: &str, metadata: &mut Map<String, Value>) {
    let Ok(Value::Object(properties)) = serde_json::from_str(body) else { return };
    for (name, value) in properties {
        let value = match value {
            Value::Null | Value::Array(_) => continue,
            Value::Object(_) => value,
            Value::String(text) => in_context(us_date(&text).unwrap_or(text).into()),
            Value::Bool(flag) => in_context(if flag { "True" } else { "False" }.into()),
            Value::Number(number) => in_context(number.to_string().into()),
        };
        let known = metadata.keys().find(|key| key.eq_ignore_ascii_case(&name)).cloned();
        metadata.insert(known.unwrap_or(name), value);
    }
}

fn us_date(text: &str) -> Option<String> {
    let (seconds, _, _) = parts_of_date(text)?;
    seconds.parse::<NaiveDateTime>().ok().map(|time| time.format("%m/%d/%Y %H:%M:%S").to_string())
}

/// The documents as a reader of dates passes them on: an offset becomes UTC, zeros at the end of a fraction go.
fn reread(value: &Value) -> Value {
    match value {
        Value::Object(properties) => properties.iter().map(|(name, value)| (name.clone(), reread(value))).collect(),
        Value::Array(items) => items.iter().map(reread).collect(),
        Value::String(text) => reread_date(text).unwrap_or_else(|| text.clone()).into(),
        plain => plain.clone(),
    }
}

fn reread_date(text: &str) -> Option<String> {
    let (seconds, fraction, zone) = parts_of_date(text)?;
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    if matches!(zone, "" | "Z") {
        return Some(format!("{seconds}{fraction}{zone}"));
    }
    let utc = DateTime::parse_from_rfc3339(&format!("{seconds}{zone}")).ok()?.with_timezone(&Utc);
    let seconds = utc.to_rfc3339_opts(SecondsFormat::Secs, true);
    Some(format!("{}{fraction}+00:00", seconds.trim_end_matches('Z')))
}

/// Date and time up to the second, the fraction with its point, and the zone. `None` for what does not look like a date:
/// more than seven digits of a fraction do not.
fn parts_of_date(text: &str) -> Option<(&str, &str, &str)> {
    let (seconds, rest) = text.split_at_checked(19)?;
    seconds.parse::<NaiveDateTime>().ok().filter(|_| seconds.as_bytes()[10] == b'T')?;
    let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(zone);
    let digits = fraction.strip_prefix('.').unwrap_or(fraction);
    let fits = digits.len() <= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.is_empty() == fraction.is_empty();
    let zoned = matches!(zone, "" | "Z") || (zone.len() == 6 && zone.as_bytes()[3] == b':');
    (fits && zoned).then_some((seconds, fraction, zone))
}
